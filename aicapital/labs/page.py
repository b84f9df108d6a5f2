"""The style of every lab."""

STYLE = """<style>
.aic-lab{max-width:100%}
.aic-stage{position:relative;width:100%;overflow:hidden;display:block}
.aic-stage>*{margin:0;padding:0;width:100%}
.aic-stage .widget-html-content{width:100%}
.aic-still{position:absolute;left:0;top:0;width:100%;height:auto;background:#fff}
.aic-moving{position:relative;height:auto;pointer-events:none}
.aic-moving svg{width:100%;height:auto;display:block}
.aic-moving svg *{stroke-linejoin:round;stroke-linecap:butt}
.aic-moving text{font-family:"DejaVu Sans",Verdana,sans-serif!important;white-space:pre}
.aic-title{font-weight:600;font-size:1.05em}
.aic-sentence{margin:.3em 0 .6em;line-height:1.45;pointer-events:auto}
.aic-assumptions{line-height:1.35;font-size:.92em;max-width:787px}
.aic-assumptions summary{cursor:pointer}
.aic-assumptions table{font-size:1em;border-collapse:collapse}
.aic-assumptions td,.aic-assumptions th{padding:.1em .5em .1em 0;text-align:left;vertical-align:top}
.aic-live{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
</style>"""
