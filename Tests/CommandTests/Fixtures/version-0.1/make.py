"""How the checkpoints in this folder were made, with tbtrain 0.1.0 (commit 44f079c):

    python3 make.py path/to/tbtrain

`checkpoint.safetensors` and `optimizer-15.safetensors` are of a run that was killed after 15 of its 30 updates;
`ended.safetensors` is the same run, not killed. `--iterations` counted images then: 591 are 30 batches of 20, of which
each epoch has 5. RMSProp had no momentum, though the recipe notes one.
"""
import os, shutil, signal, subprocess, sys, tempfile, time

here = os.path.dirname(os.path.abspath(__file__))
flags = ("rnn --cell lstm --hidden 4 --train-per-class 10 --test-per-class 5 --batch-size 20 --optimizer rmsprop "
         "--learning-rate 1e-2 --clip-norm 2 --iterations 591 --schedule cosine --warmup-epochs 1 --checkpoint-every 15 "
         "--quiet --logdir . --run").split()
with tempfile.TemporaryDirectory() as folder:
    def start(name):
        return subprocess.Popen([os.path.abspath(sys.argv[1])] + flags + [name], cwd=folder, stdout=subprocess.DEVNULL)
    assert start("ended").wait() == 0
    shutil.copy(f"{folder}/ended/checkpoint.safetensors", f"{here}/ended.safetensors")
    killed = start("killed")
    while not os.path.exists(f"{folder}/killed/checkpoint.safetensors"):
        time.sleep(1e-4)
    killed.send_signal(signal.SIGSTOP)
    for name in ("checkpoint.safetensors", "optimizer-15.safetensors"):
        shutil.copy(f"{folder}/killed/{name}", here)
    killed.kill()
    killed.wait()
