"""Judges what a `tensorboard` server shows of every kind of summary; see check_kinds.py."""

import io
import time
import urllib.parse
import urllib.request
import wave

from PIL import Image

# What the dashboards show instead of the tag, and behind the sign of information.
NAMES = {
    "scalars": ("accuracy/test", "Accuracy", "<p>On <em>test</em> data.</p>"),
    "histograms": ("weights/all", "Weights", "<p>Of <strong>all</strong> layers.</p>"),
    "images": ("image/one", "One", "<p>An image a step.</p>"),
    "audio": ("sound/tone", "Tone", "<p>Higher at each <em>step</em>.</p>"),
    "pr_curves": ("pr/cats", "Cats", "<p>Against <em>dogs</em>.</p>"),
}
# How the table's cells look: as they were given, whatever they mean in Markdown or HTML.
CELLS = ["<td>a|b</td>", "<td>*no emphasis*</td>", "<td>&lt;b&gt;</td>", "<td>snake_case_name</td>",
         "<td>two<br>lines</td>", "<td>-1.5</td>", "<td>back\\slash</td>", "<td>`tick`</td>"]
# TensorBoard's numbers of a mesh's parts.
COMPONENTS = {"VERTEX": 1, "FACE": 2, "COLOR": 3}


def raw(server, path, **query):
    """The bytes and the type of an answer."""
    url = f"http://127.0.0.1:{server.port}/data/plugin/{path}"
    if query:
        url += ("&" if "?" in url else "?") + urllib.parse.urlencode(query)
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read(), answer.headers.get_content_type()


class Judge:
    def __init__(self, want, problems):
        self.want, self.problems, self.prefix = want, problems, ""

    def expect(self, is_right, sentence):
        if not is_right:
            self.problems.append(f"{self.prefix}: {sentence}")

    def equal(self, got, expected, what):
        self.expect(got == expected, f"{what} is {got}, not {expected}")

    def near(self, got, entry, key, what):
        if key in entry:
            tolerance = entry.get("tolerance", 1e-6)
            self.expect(
                abs(got - entry[key]) <= tolerance * max(1, abs(entry[key])),
                f"{what} is {got}, not {entry[key]}")

    def of(self, plugin):
        return [entry for entry in self.want["tags"] if entry["plugin"] == plugin]

    def points(self, entry, steps):
        what = f"{entry['run']}: {entry['tag']}"
        self.expect(steps == sorted(set(steps)), f"{what} has steps out of order: {steps}")
        if "points" in entry:
            self.equal(len(steps), entry["points"], f"the number of points of {what}")
        for key, index in (("first_step", 0), ("last_step", -1)):
            if key in entry:
                self.equal(steps[index], entry[key], f"the {key} of {what}")


class ServerJudge(Judge):
    def check(self, server):
        self.prefix = f"--load_fast={server.load_fast}"
        self.server = server
        server.wait_for("main", "end")
        server.wait_for("trial-3", "loss/test")
        self.equal(sorted(server.get("runs")), sorted(self.want["runs"]), "the list of runs")
        for plugin in ("scalars", "histograms", "distributions", "images", "audio", "text", "pr_curves"):
            self.listing(plugin)
        for part in (self.scalars, self.histograms, self.images, self.audio, self.texts, self.curves,
                     self.meshes, self.graphs, self.custom_scalars, self.hparams, self.projector,
                     self.dashboards):
            try:
                part()
            except Exception as error:  # one kind that fails must not hide the others
                self.expect(False, f"{part.__name__} can't be read: {error!r}")

    def listing(self, plugin):
        got = self.server.get(f"plugin/{plugin}/tags")
        of = "histograms" if plugin == "distributions" else plugin
        for run in self.want["runs"]:
            expected = {entry["tag"] for entry in self.of(of) if entry["run"] == run}
            self.equal(set(got.get(run, {})), expected, f"the set of {plugin} of {run}")
        if plugin in NAMES:
            tag, name, description = NAMES[plugin]
            shown = got["main"][tag]
            self.equal(shown["displayName"], name, f"the name of {tag}")
            self.equal(shown["description"], description, f"the description of {tag}")

    def scalars(self):
        for entry in self.of("scalars"):
            points = self.server.get("plugin/scalars/scalars", run=entry["run"], tag=entry["tag"])
            self.points(entry, [point[1] for point in points])
            self.near(points[-1][2], entry, "last_value", f"the last {entry['tag']}")
        odd = self.server.get("plugin/scalars/scalars", run="main", tag="odd")
        self.equal([point[2] for point in odd][1:4], ["NaN", 1.5, "Infinity"], "odd")

    def histograms(self):
        for entry in self.of("histograms"):
            query = {"run": entry["run"], "tag": entry["tag"]}
            points = self.server.get("plugin/histograms/histograms", **query)
            self.points(entry, [point[1] for point in points])
            rows = points[-1][2]
            count = sum(row[2] for row in rows)
            self.near(count, {"tolerance": 1e-3, **entry}, "count", f"the count of {entry['tag']}")
            self.near(rows[0][0], entry, "min", f"the least of {entry['tag']}")
            self.near(rows[-1][1], entry, "max", f"the greatest of {entry['tag']}")
            percentiles = self.server.get("plugin/distributions/distributions", **query)
            self.equal(len(percentiles), entry["points"], f"the distributions of {entry['tag']}")

    def images(self):
        for entry in self.of("images"):
            query = {"run": entry["run"], "tag": entry["tag"]}
            samples = entry.get("samples", 1)
            listed = self.server.get("plugin/images/tags")[entry["run"]][entry["tag"]]
            self.equal(listed["samples"], samples, f"the samples of {entry['tag']}")
            for sample in range(samples):
                points = self.server.get("plugin/images/images", sample=sample, **query)
                self.points(entry, [point["step"] for point in points])
                for point in points:
                    self.image(entry, point)

    def image(self, entry, point):
        data, kind = raw(self.server, "images/individualImage?" + point["query"])
        image = Image.open(io.BytesIO(data))
        what = f"the image {entry['tag']}"
        self.equal(kind, "image/" + entry["format"].lower(), f"the type of {what}")
        self.equal(image.format, entry["format"], f"the format of {what}")
        self.equal(image.size, (entry["width"], entry["height"]), f"the size of {what}")
        self.equal(getattr(image, "n_frames", 1), entry.get("frames", 1), f"the frames of {what}")
        for frame in range(entry.get("frames", 1)):
            image.seek(frame)
            image.load()
        if entry["format"] == "GIF":
            self.equal(image.info.get("loop"), 0, f"the repeats of {what}")

    def audio(self):
        for entry in self.of("audio"):
            query = {"run": entry["run"], "tag": entry["tag"]}
            for sample in range(entry.get("samples", 1)):
                points = self.server.get("plugin/audio/audio", sample=sample, **query)
                self.points(entry, [point["step"] for point in points])
                for point in points:
                    data, kind = raw(self.server, "audio/individualAudio?" + point["query"])
                    with wave.open(io.BytesIO(data)) as sound:
                        form = (sound.getnchannels(), sound.getframerate(), sound.getsampwidth())
                        seconds = sound.getnframes() / sound.getframerate()
                        self.equal(len(sound.readframes(1 << 30)),
                                   sound.getnframes() * form[0] * form[2], f"bytes of {entry['tag']}")
                    self.equal(kind, "audio/wav", f"the type of {entry['tag']}")
                    self.equal(
                        form, (entry["channels"], entry["sample_rate"], 2), f"the form of {entry['tag']}")
                    self.near(seconds, entry, "seconds", f"the length of {entry['tag']}")

    def texts(self):
        for entry in self.of("text"):
            points = self.server.get("plugin/text/text", run=entry["run"], tag=entry["tag"])
            self.equal(len(points), entry["points"], f"the number of {entry['tag']}")
        table = self.server.get("plugin/text/text", run="main", tag="notes/table")[-1]["text"]
        for cell in CELLS:
            self.expect(cell in table, f"notes/table lacks {cell}: {table}")
        notes = self.server.get("plugin/text/text", run="main", tag="notes/markdown")[-1]["text"]
        self.expect("<h1>Step 3</h1>" in notes, f"notes/markdown is {notes}")

    def curves(self):
        for entry in self.of("pr_curves"):
            points = self.server.get("plugin/pr_curves/pr_curves", run=entry["run"], tag=entry["tag"])
            curves = points[entry["run"]]
            self.points(entry, [curve["step"] for curve in curves])
            for curve in curves:
                # Thresholds that nothing reaches are left out at the end.
                count = len(curve["thresholds"])
                self.expect(
                    0 < count <= entry["thresholds"] and len(curve["precision"]) == count,
                    f"{entry['tag']} has {count} thresholds of {entry['thresholds']}")
                recall = curve["recall"]
                self.expect(recall == sorted(recall, reverse=True), f"recall of {entry['tag']} grows")

    def meshes(self):
        names = {entry["tag"].rsplit("_", 1)[0] for entry in self.of("mesh")}
        got = self.server.get("plugin/mesh/tags")["main"]
        self.equal(set(got), names, "the set of meshes")
        for entry in self.of("mesh"):
            name, part = entry["tag"].rsplit("_", 1)
            told = self.server.get("plugin/mesh/meshes", run="main", tag=name, sample=0)
            shapes = {one["content_type"]: one["data_shape"] for one in told}
            self.equal(shapes[COMPONENTS[part]], entry["shape"], f"the shape of {entry['tag']}")
            data, _ = raw(self.server, "mesh/data", run="main", tag=name, sample=0, step=1,
                          content_type=part)
            count = entry["shape"][1] * 3
            self.expect(len(data) >= count * (1 if part == "COLOR" else 4),
                        f"{entry['tag']} has {len(data)} bytes for {count} numbers")

    def graphs(self):
        for run, entry in self.want["graphs"].items():
            info = self.server.get("plugin/graphs/info")
            self.expect(info.get(run, {}).get("run_graph"), f"{run} has no graph")
            text = raw(self.server, "graphs/graph", run=run)[0].decode()
            self.equal(text.count("node {"), entry["nodes"], f"the number of nodes of {run}")
            for name in entry["node_names"]:
                self.expect(f'name: "{name}"' in text, f"the graph of {run} lacks {name}")
            self.expect("_output_shapes" in text, f"the graph of {run} has no shapes")

    def custom_scalars(self):
        layout = self.server.get("plugin/custom_scalars/layout")
        got = {category["title"]: [chart["title"] for chart in category["chart"]]
               for category in layout["category"]}
        self.equal(got, self.want["custom_scalars"], "the layout")
        for category in layout["category"]:
            for chart in category["chart"]:
                for pattern in chart.get("multiline", {}).get("tag", []):
                    found = self.server.get("plugin/custom_scalars/scalars", run="main", tag=pattern)
                    self.expect(found["regex_valid"] and found["tag_to_events"],
                                f"nothing matches {pattern} of the chart {chart['title']}")
                for series in chart.get("margin", {}).get("series", []):
                    tags = {entry["tag"] for entry in self.of("scalars")}
                    self.expect(set(series.values()) <= tags, f"{series} aren't scalars")

    def hparams(self):
        want = self.want["hparams"]
        experiment = self.server.get("plugin/hparams/experiment", body={"experimentName": ""})
        infos = {info["name"]: info for info in experiment["hparamInfos"]}
        self.equal(sorted(infos), sorted(want["names"]), "the list of hyperparameters")
        self.equal(infos["augment"]["domainDiscrete"], [False, True], "the domain of augment")
        self.equal(infos["optimizer"]["domainDiscrete"], ["adam", "sgd"], "the domain of optimizer")
        self.equal(infos["learning-rate"]["domainInterval"],
                   {"minValue": 1e-4, "maxValue": 1.0}, "the domain of learning-rate")
        self.equal([info["name"]["tag"] for info in experiment["metricInfos"]], want["metrics"],
                   "the list of metrics")
        groups = self.server.get("plugin/hparams/session_groups", body={
            "experimentName": "", "startIndex": 0, "sliceSize": 100, "aggregationType": "AGGREGATION_AVG",
            "allowedStatuses": ["STATUS_UNKNOWN", "STATUS_SUCCESS", "STATUS_FAILURE", "STATUS_RUNNING"],
            "colParams": [{"hparam": name, "includeInResult": True} for name in infos],
        })["sessionGroups"]
        sessions = {session["name"]: (group, session) for group in groups for session in group["sessions"]}
        self.equal(sorted(sessions), sorted(want["sessions"]), "the list of sessions")
        for name, expected in want["sessions"].items():
            group, session = sessions[name]
            self.equal(group["hparams"], expected["hparams"], f"what {name} is set to")
            self.equal(session["status"], expected["status"], f"the status of {name}")
            metrics = {value["name"]["tag"]: value["value"] for value in session["metricValues"]}
            for tag, value in expected["metrics"].items():
                self.near(metrics[tag], {**expected, tag: value}, tag, f"{tag} of {name}")

    def projector(self):
        for run, embeddings in self.want["projector"].items():
            # A thread looks for configurations, from the first request on.
            for _ in range(30):
                if run in self.server.get("plugin/projector/runs"):
                    break
                time.sleep(0.1)
            info = self.server.get("plugin/projector/info", run=run)
            got = {one["tensorName"]: one for one in info["embeddings"]}
            self.equal(sorted(got), sorted(embeddings), f"the list of embeddings of {run}")
            for name, entry in embeddings.items():
                rows, columns = entry["shape"]
                self.equal(got[name]["tensorShape"], entry["shape"], f"the shape of {name}")
                data, _ = raw(self.server, "projector/tensor", run=run, name=name)
                self.equal(len(data), rows * columns * 4, f"the number of bytes of {name}")
                text = raw(self.server, "projector/metadata", run=run, name=name)[0].decode()
                lines = text.rstrip("\n").split("\n")
                header = 1 if "\t" in lines[0] else 0
                self.equal(len(lines) - header, rows, f"the number of rows of {name}")
                if entry["sprite"]:
                    data, _ = raw(self.server, "projector/sprite_image", run=run, name=name)
                    width, height = Image.open(io.BytesIO(data)).size
                    dim = got[name]["sprite"]["singleImageDim"]
                    self.expect((width // dim[0]) * (height // dim[1]) >= rows,
                                f"{width}x{height} pixels don't hold {rows} sprites of {dim}")

    def dashboards(self):
        # The projector's thread takes its time.
        for _ in range(20):
            listing = self.server.get("plugins_listing")
            active = {name for name, about in listing.items() if about["enabled"]}
            missing = set(self.want["dashboards"]["active"]) - active
            if not missing:
                break
            time.sleep(0.1)
        self.expect(not missing, f"the dashboards {sorted(missing)} have nothing to show")
