"""The page's style: system fonts, one column, light and dark, paper and telephone."""

from __future__ import annotations

from prognome.page.palette import DARK, LIGHT, declarations

_RULES = """
*,*::before,*::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-padding-top:1rem}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:break-word}
main,header.top,footer.end{max-width:58rem;margin:0 auto;padding:0 1.5rem}
header.top{padding-top:2.75rem}
h1,h2,h3{line-height:1.25;font-weight:650;text-wrap:balance;overflow-wrap:anywhere}
h1{font-size:1.9rem;letter-spacing:-.012em;margin:0 0 .3rem}
h2{font-size:1.35rem;margin:0 0 .9rem}
h3{font-size:1.02rem;margin:1.9rem 0 .5rem}
p,li,dd{max-width:42rem}
p{margin:.55rem 0}
a{color:var(--link);text-underline-offset:.15em}
a:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:3px solid var(--link);outline-offset:3px;border-radius:2px}
.hidden,.skip:not(:focus){position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip:focus{position:absolute;left:1rem;top:.75rem;background:var(--paper);padding:.4rem .8rem;z-index:1}
.soft,figcaption,small,.note{color:var(--soft)}
small,.note{font-size:.875rem}
.none{color:var(--soft);font-style:italic}
code{font:.9em/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;overflow-wrap:anywhere}
pre{background:var(--raised);border:1px solid var(--rule);border-radius:6px;padding:.7rem .9rem;overflow-x:auto;margin:.6rem 0}
.question{font-size:1.12rem;color:var(--soft);margin:0 0 1rem}
nav.contents{font-size:.9rem;margin:1.1rem 0 0;padding:.55rem 0;border-block:1px solid var(--rule)}
nav.contents ul{display:flex;flex-wrap:wrap;gap:.1rem 1.15rem;list-style:none;margin:0;padding:0}
nav.contents a{color:var(--soft);text-decoration:none;display:inline-block;padding:.12rem 0}
nav.contents a:hover{color:var(--link);text-decoration:underline}
section{padding:2.1rem 0 .4rem;border-top:1px solid var(--rule);margin-top:2rem}
section.answer{border-top:0;padding-top:1.3rem;margin-top:0}
.lead{font-size:1.27rem;line-height:1.5;max-width:46rem;margin:.2rem 0 1rem}
.headline{display:flex;flex-wrap:wrap;gap:.9rem;margin:1.2rem 0;padding:0}
.headline>div{flex:1 1 12rem;max-width:20rem;background:var(--raised);border:1px solid var(--rule);border-radius:8px;padding:.8rem 1rem .9rem}
.headline dt{font-size:.86rem;color:var(--soft);overflow-wrap:anywhere}
.headline dd{margin:0}
.headline .value{font-size:1.95rem;font-weight:650;line-height:1.25;font-variant-numeric:tabular-nums}
.headline .range{font-size:.9rem;font-variant-numeric:tabular-nums}
.cautions{list-style:none;margin:1.3rem 0 0;padding:0;display:grid;gap:.55rem}
.cautions li{max-width:none;border-left:4px solid var(--warn-rule);background:var(--warn-paper);border-radius:0 6px 6px 0;padding:.5rem .9rem;font-size:.94rem;line-height:1.5}
.cautions strong{color:var(--warn)}
table{border-collapse:collapse;width:100%;font-size:.92rem;line-height:1.4;margin:.7rem 0;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--soft);font-size:.88rem;padding:.2rem 0 .4rem}
th,td{text-align:left;vertical-align:top;padding:.42rem .9rem .42rem 0;border-bottom:1px solid var(--rule);font-weight:400}
th:last-child,td:last-child{padding-right:0}
thead th{color:var(--soft);font-size:.84rem;vertical-align:bottom;border-bottom-color:var(--soft)}
tbody th{overflow-wrap:anywhere;min-width:7rem}
td.number,th.number{text-align:right}
tr.best th,tr.best .value{font-weight:650}
tr.baseline th,tr.baseline td{color:var(--soft)}
td .value{display:inline-block;min-width:2.6rem}
td .range{color:var(--soft);font-size:.87em;white-space:nowrap}
svg.bar{display:block;max-width:100%;margin-top:.1rem}
.tag{display:inline-block;font-size:.74rem;font-weight:500;line-height:1.3;border:1px solid currentColor;border-radius:99px;padding:.02rem .5rem;margin-left:.35rem;color:var(--soft);white-space:nowrap}
.tag.best{color:var(--good)}
.scroll{overflow-x:auto;margin:.7rem 0}
.scroll table{margin:0}
.scroll td,.scroll thead th{white-space:nowrap}
details{margin:.9rem 0;border-bottom:1px solid var(--rule);padding-bottom:.6rem}
summary{cursor:pointer;color:var(--link);font-size:.95rem;padding:.25rem 0}
figure{margin:0;min-width:0}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,21rem),1fr));gap:1.6rem 2rem;margin:1rem 0;align-items:start}
.figures figure{max-width:29rem}
figure.wide{max-width:46rem;margin:1rem 0}
figure svg{display:block;width:100%;height:auto}
figcaption{font-size:.87rem;line-height:1.45;margin-top:.35rem}
figcaption strong{color:var(--ink);font-weight:600}
table.confusion{width:auto;max-width:100%}
table.confusion td{text-align:center;padding:.5rem .8rem;min-width:4.6rem;border:2px solid var(--paper);background:color-mix(in srgb,var(--s1) calc(var(--share,0)*55%),var(--raised));line-height:1.25}
table.confusion td small{display:block;color:inherit;opacity:.85}
table.confusion th{padding-right:.8rem;border:0;vertical-align:middle}
table.confusion thead th{text-align:center;border:0}
dl.pairs{margin:.6rem 0;display:grid;gap:.3rem}
dl.pairs>div{display:grid;grid-template-columns:minmax(8rem,13rem) 1fr;gap:1rem}
dl.pairs dt{color:var(--soft)}
dl.pairs dd{margin:0;min-width:0;overflow-wrap:anywhere}
ol.flow{list-style:none;margin:.6rem 0;padding:0;max-width:34rem}
ol.flow li{display:flex;justify-content:space-between;gap:1rem;padding:.32rem .8rem;border-left:3px solid var(--rule);max-width:none}
ol.flow li.kept{border-color:var(--s1);font-weight:600}
ol.flow span:last-child{font-variant-numeric:tabular-nums;white-space:nowrap}
footer.end{border-top:1px solid var(--rule);margin-top:2.5rem;padding-block:1rem 2.5rem;color:var(--soft);font-size:.87rem}
@media (max-width:40rem){
main,header.top,footer.end{padding-inline:1.05rem}
header.top{padding-top:1.5rem}
h1{font-size:1.5rem}
.lead{font-size:1.12rem}
table.cards thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table.cards,table.cards tbody{display:block}
table.cards tr{display:block;border-bottom:1px solid var(--rule);padding:.55rem 0}
table.cards th[scope=row]{display:block;border:0;padding:0 0 .15rem;font-weight:600}
table.cards td{display:grid;grid-template-columns:minmax(6rem,38%) 1fr;gap:.8rem;text-align:left;border:0;padding:.12rem 0}
table.cards td::before{content:attr(data-label);color:var(--soft);overflow-wrap:anywhere}
table.cards td>*{min-width:0}
dl.pairs>div{grid-template-columns:1fr;gap:0;padding-bottom:.3rem}
table.confusion td{min-width:3.4rem;padding:.4rem .35rem}
}
@page{size:A4;margin:16mm 15mm 18mm}
@media print{
body{font-size:10pt;line-height:1.45}
main,header.top,footer.end{max-width:none;padding:0}
header.top{padding-top:0}
nav.contents,.skip{display:none}
section{margin-top:1.1rem;padding-top:1rem}
h1{font-size:18pt}h2{font-size:13pt}.lead{font-size:12.5pt}
h2,h3,summary,caption{break-after:avoid}
figure,tr,.cautions li,.headline>div,ol.flow,pre{break-inside:avoid}
.figures{grid-template-columns:1fr 1fr;gap:1rem}
.scroll{overflow:visible}
.scroll table{font-size:7.6pt}
.scroll td,.scroll thead th{white-space:normal;padding-right:.4rem}
details::details-content{content-visibility:visible;display:block}
summary{color:var(--soft);list-style:none}
table.confusion td,.headline>div,.cautions li,svg{print-color-adjust:exact;-webkit-print-color-adjust:exact}
a{color:inherit;text-decoration:none}
}
"""


def css() -> str:
    """The whole style sheet; paper is always light."""
    return (
        f":root{{color-scheme:light dark;{declarations(LIGHT)}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{declarations(DARK)}}}}}"
        f"{_RULES}"
    )
