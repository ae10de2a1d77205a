extension Page {
  /// How the page looks: light, dark and on paper.
  static let style = """
    :root{--ink:#1c2128;--soft:#57606a;--line:#d8dee4;--paper:#fff;--card:#f6f8fa;--mark:#fff3c4;
    --bad:#b42318;--link:#0b5cad;--c0:#0072b2;--c1:#d55e00;--c2:#009e73;--c3:#b8528f;--c4:#c98a00;
    --c5:#3fa7dd;--c6:#5a5a5a;--c7:#7a4bb5}
    @media (prefers-color-scheme:dark){:root{--ink:#e6e8eb;--soft:#9aa4ae;--line:#333b45;
    --paper:#14181d;--card:#1c2229;--mark:#4d430f;--bad:#ff8a7d;--link:#7cc0ff;--c0:#4fa8e8;
    --c1:#f5854a;--c2:#2fc79b;--c3:#e08fc0;--c4:#edb93d;--c5:#93d3f7;--c6:#b5b5b5;--c7:#b898ea}}
    *{box-sizing:border-box}
    html{scroll-behavior:smooth;scroll-padding-top:5rem;-webkit-text-size-adjust:100%}
    body{margin:0 auto;max-width:80rem;padding:0 1.25rem 4rem;background:var(--paper);
    color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",
    "DejaVu Sans",sans-serif;overflow-wrap:anywhere}
    h1{font-size:1.9rem;line-height:1.2;margin:1.6rem 0 .3rem}
    h2{font-size:1.35rem;margin:2.4rem 0 .8rem;padding-bottom:.3rem;border-bottom:1px solid var(--line)}
    h3{font-size:1.02rem;margin:1.5rem 0 .5rem}
    code{font:.88em ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
    small,.note,.byline,.by{color:var(--soft);font-size:.875rem}
    .byline{margin:0 0 1.2rem}
    .bad{color:var(--bad)}
    .facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(10rem,1fr));gap:.75rem;margin:0}
    .facts div{background:var(--card);border:1px solid var(--line);border-radius:.5rem;
    padding:.6rem .9rem}
    .facts dt{color:var(--soft);font-size:.82rem}
    .facts dd{margin:0;font-size:1.35rem;font-weight:600;line-height:1.3}
    .facts small{display:block;font-size:.8rem;font-weight:400}
    .live{position:fixed;right:1rem;bottom:.6rem;z-index:4;margin:0;padding:.1rem .6rem;font-size:.8rem;
    color:var(--soft);background:var(--card);border:1px solid var(--line);border-radius:.6rem}
    nav{display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;margin-top:1.2rem}
    a{color:var(--link);text-decoration:none}
    a:hover{text-decoration:underline}
    .scroll{overflow-x:auto;max-width:100%;
    background:linear-gradient(90deg,var(--paper) 30%,transparent) 0 0/2.5rem 100% no-repeat local,
    linear-gradient(270deg,var(--paper) 30%,transparent) 100% 0/2.5rem 100% no-repeat local,
    linear-gradient(90deg,#0002,transparent) 0 0/.7rem 100% no-repeat scroll,
    linear-gradient(270deg,#0002,transparent) 100% 0/.7rem 100% no-repeat scroll}
    table{border-collapse:collapse;font-size:.9rem;line-height:1.35;overflow-wrap:normal}
    th,td{padding:.35rem .6rem;border-bottom:1px solid var(--line);text-align:left;
    vertical-align:baseline}
    thead th{font-weight:600;vertical-align:bottom;border-bottom-width:2px}
    thead th[colspan]{border-bottom-width:1px;text-align:center}
    .runs{width:100%}
    .runs td,.runs tbody th{white-space:nowrap}
    .runs small{display:block}
    .scroll+.scroll{margin-top:1.2rem}
    .tools{display:flex;flex-wrap:wrap;gap:.4rem .8rem;align-items:center}
    .tools input{font:inherit;min-width:14rem;padding:.15rem .5rem;border:1px solid var(--line);
    border-radius:.4rem;background:var(--paper);color:var(--ink)}
    [hidden]{display:none!important}
    .runs tbody th{position:sticky;left:0;background:var(--paper);font-weight:600;
    max-width:22rem;overflow:hidden;text-overflow:ellipsis}
    .runs tbody tr:hover>*{background:var(--card)}
    .sorts{cursor:pointer}
    .sorts::after{content:"↕";color:var(--soft);opacity:.6;font-size:.8em;margin-left:.25em}
    .sorts[aria-sort=ascending]::after{content:"↑";opacity:1}
    .sorts[aria-sort=descending]::after{content:"↓";opacity:1}
    td small{font-size:.86em}
    .n{font-variant-numeric:tabular-nums}
    td.best{background:var(--mark)}
    .right{text-align:right}
    .center{text-align:center}
    .settings{font-size:.875rem;color:var(--soft)}
    .setting{display:inline-block;margin-right:.8rem}
    .setting code{color:var(--ink)}
    .sample{width:24px;height:8px;margin-right:.4rem;vertical-align:middle}
    .legend{position:sticky;top:0;z-index:3;display:flex;flex-wrap:wrap;gap:.3rem .5rem;
    max-height:5.4rem;overflow-y:auto;margin:2rem -.5rem -1rem;padding:.45rem .5rem;
    border-bottom:1px solid var(--line);background:var(--paper);font-size:.875rem}
    .toggle{position:fixed;top:0;opacity:0;pointer-events:none}
    .legend label,.legend button,.legend .note{flex:none;white-space:nowrap}
    .legend label{display:inline-flex;align-items:center;cursor:pointer;white-space:nowrap;
    border:1px solid var(--line);border-radius:1rem;padding:.05rem .7rem .05rem .5rem}
    .legend label:hover{background:var(--card)}
    .legend button{font:inherit;color:var(--link);background:none;border:0;padding:0 .3rem;cursor:pointer}
    .paper{display:none}
    .charts{display:grid;gap:1.1rem 1.4rem;
    grid-template-columns:repeat(auto-fill,minmax(min(100%,28rem),1fr))}
    .charts.small{grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr))}
    .charts.tiny{grid-template-columns:repeat(auto-fill,minmax(min(100%,17rem),1fr))}
    .groups{display:flex;flex-wrap:wrap;gap:0 1.4rem;align-items:flex-start}
    .group{max-width:100%;min-width:0}
    .ridges{display:flex;flex-wrap:wrap;gap:.6rem 1.4rem}
    .ridges .chart{width:17.4rem;max-width:100%}
    figure{margin:0;min-width:0;break-inside:avoid}
    .chart{position:relative}
    figcaption{font-size:.9rem;font-weight:600;margin-bottom:.15rem}
    .tiny figcaption,.ridges figcaption,.image figcaption{font-weight:400;color:var(--soft)}
    .key{font-weight:400;color:var(--soft);margin-left:.7rem;white-space:nowrap}
    .switch{float:right;font:inherit;font-size:.8rem;color:var(--link);background:none;
    border:1px solid var(--line);border-radius:.3rem;padding:0 .45rem;cursor:pointer}
    .chart svg:not(.sample){display:block;width:100%;height:auto;overflow:visible;
    touch-action:pan-y}
    .chart text{font:11px system-ui,"DejaVu Sans",sans-serif;fill:var(--soft)}
    .grid{fill:none;stroke:var(--line);stroke-width:1}
    .curve,.raw{fill:none;stroke-width:1.8;stroke-linejoin:round}
    .raw{stroke-width:1;stroke-opacity:.28}
    .dot{fill:none;stroke-linecap:round;stroke-width:5;stroke-dasharray:none!important}
    .curve.thin{stroke-width:1;stroke-dasharray:1.5 2.5}
    .dot.thin{stroke-width:2.5}
    .band{stroke:none;fill-opacity:.2}
    .ridge{stroke:var(--paper);stroke-width:.8}
    .ridge:hover{fill-opacity:1}
    .c0{stroke:var(--c0)}.c1{stroke:var(--c1)}.c2{stroke:var(--c2)}.c3{stroke:var(--c3)}
    .c4{stroke:var(--c4)}.c5{stroke:var(--c5)}.c6{stroke:var(--c6)}.c7{stroke:var(--c7)}
    .d1{stroke-dasharray:7 3}.d2{stroke-dasharray:2 2.5}.d3{stroke-dasharray:8 3 2 3}
    .ridge,.band{stroke-dasharray:none}
    .band{stroke:none}
    .ridge{stroke:var(--paper)}
    .band.c0,.ridge.c0{fill:var(--c0)}.band.c1,.ridge.c1{fill:var(--c1)}
    .band.c2,.ridge.c2{fill:var(--c2)}.band.c3,.ridge.c3{fill:var(--c3)}
    .band.c4,.ridge.c4{fill:var(--c4)}.band.c5,.ridge.c5{fill:var(--c5)}
    .band.c6,.ridge.c6{fill:var(--c6)}.band.c7,.ridge.c7{fill:var(--c7)}
    .near{stroke-width:3.2}
    .mean{stroke:var(--ink);stroke-width:1.4}
    .faded .chart .curve:not(.lit),.faded .chart .raw{stroke-opacity:.12}
    .faded .chart .dot:not(.lit){stroke-opacity:.2}
    .cross{stroke:var(--soft);stroke-width:1}
    .tip{position:absolute;z-index:4;pointer-events:none;background:var(--paper);color:var(--ink);
    border:1px solid var(--line);border-radius:.4rem;box-shadow:0 2px 10px #0003;
    padding:.35rem .55rem;font-size:.8rem;line-height:1.4;white-space:nowrap}
    .tip td{padding:0 .6rem 0 0;border:0;font-size:.8rem}
    .tip .near{font-weight:700}
    .images{display:flex;flex-wrap:wrap;gap:1rem;align-items:flex-start}
    .image{max-width:100%}
    .image img{display:block;max-width:100%;height:auto;border-radius:.2rem;background:#8883}
    .image figcaption{margin-top:.25rem}
    .pixels{image-rendering:pixelated}
    .texts{display:grid;gap:0 1.4rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,28rem),1fr))}
    .text{border-left:3px solid var(--line);padding:.1rem 0 .1rem 1rem;margin:.6rem 0 1.2rem;
    min-width:0;break-inside:avoid}
    .text .by{margin:.2rem 0}
    .text h4,.text h5,.text h6{margin:.9rem 0 .3rem;font-size:1rem}
    .text p,.text ul,.text ol{margin:.4rem 0}
    .text blockquote{margin:.5rem 0;padding-left:.8rem;border-left:3px solid var(--line);
    color:var(--soft)}
    .text pre{overflow-x:auto;background:var(--card);border:1px solid var(--line);
    border-radius:.4rem;padding:.6rem .8rem;overflow-wrap:normal}
    .text :not(pre)>code{background:var(--card);border-radius:.25rem;padding:.05em .3em}
    .address{color:var(--soft);font-size:.875em}
    @media (max-width:40rem){body{padding:0 .9rem 3rem}h1{font-size:1.5rem}
    .legend{flex-wrap:nowrap;overflow-x:auto}.group,.ridges .chart{width:100%}
    .chart text{font-size:13.5px}.chart.small text,.ridges text{font-size:11px}
    .facts{grid-template-columns:1fr 1fr}.runs tbody th{min-width:7rem;max-width:9.5rem;white-space:normal}.runs th,.runs td{padding:.3rem .5rem}}
    @page{margin:14mm 12mm}
    @media print{:root{--ink:#000;--soft:#444;--line:#ccc;--paper:#fff;--card:#f4f4f4;--mark:#fff3c4;
    --bad:#b42318;--c0:#0072b2;--c1:#d55e00;--c2:#009e73;--c3:#b8528f;--c4:#c98a00;--c5:#3fa7dd;
    --c6:#5a5a5a;--c7:#7a4bb5}
    *{-webkit-print-color-adjust:exact}
    html{font-size:12px}body{max-width:none;padding:0;font-size:1rem}
    nav,.switch,.toggle,.legend button,.tip,.cross,.save,.live{display:none}
    .legend{position:static;max-height:none;overflow:visible;margin:1rem 0 0;border:0}
    .legend label{border:0;padding:0 .6rem 0 0}
    .legend.paper{display:flex;gap:.1rem 1rem;margin:0 0 .6rem}
    h1{margin-top:0}h2,h3,h2+p,.legend{break-after:avoid}h2{margin-top:1.4rem}
    .facts{grid-template-columns:repeat(3,1fr)}
    .scroll{overflow:visible;background:none}table{font-size:7.5pt;width:100%}
    .runs td.n{white-space:nowrap}tr{break-inside:avoid}
    .runs th,.runs td{white-space:normal;padding:.2rem .3rem}
    .sorts::after{content:none}
    .runs tbody th{position:static}
    .charts{grid-template-columns:1fr 1fr;gap:.7rem}
    .charts.small{grid-template-columns:repeat(3,1fr)}
    .charts.tiny{grid-template-columns:repeat(5,1fr)}
    .ridges .chart{width:18.4rem}.groups{gap:0 1.2rem}.ridges{gap:.4rem 1.2rem}
    .image{max-width:100%}.image img{max-height:200mm;width:auto;max-width:100%}
    .text pre{white-space:pre-wrap}}

    """
}
