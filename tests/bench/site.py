"""`python -m tests.bench.site`: how long until the first picture of each lesson stands on the screen, from a local server.

Build the site first: `make site`. Times are milliseconds from the start of the navigation, the cache empty.
"""

import functools
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from aicapital.site.build import bytes_of

from ..browser.jupyter import browser

SITE = Path(__file__).parents[2] / "dist" / "site"
FIRST_PICTURE = """async () => {
  const picture = document.querySelector('main .cell img');
  if (!picture) return null;
  picture.scrollIntoView();
  if (!picture.complete) await picture.decode();
  await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
  return performance.now();
}"""


# The browser notes it only after the frame: it may come later than the picture's own time.
FIRST_PAINT = """() => new Promise(done => new PerformanceObserver(list => {
  const [paint] = list.getEntriesByName('first-contentful-paint');
  if (paint) done(paint.startTime);
}).observe({type: 'paint', buffered: true}))"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_) -> None:
        pass


class Server(ThreadingHTTPServer):
    def handle_error(self, *_) -> None:
        """A page that is closed breaks off what it still loads; that is no error."""


def main() -> int:
    pages = sorted(SITE.glob("[0-9][0-9]_*.html"))
    if not pages:
        print("There is no site in dist/site. Run: make site", file=sys.stderr)
        return 1
    server = Server(("127.0.0.1", 0), functools.partial(Quiet, directory=SITE))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"{'lesson':36} {'first paint':>12} {'first picture':>14} {'kB':>7}")
    with browser() as opened:
        for path in pages:
            page = opened.new_page()
            page.goto(f"http://127.0.0.1:{server.server_port}/{path.name}", wait_until="commit")
            page.wait_for_selector("footer.site", state="attached")
            picture = page.evaluate(FIRST_PICTURE)
            paint = page.evaluate(FIRST_PAINT)
            shown = f"{picture:.0f}" if picture else "none"
            print(
                f"{path.stem:36} {paint:12.0f} {shown:>14} {bytes_of(SITE, path.name) / 1000:7.0f}"
            )
            page.close()
    server.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
