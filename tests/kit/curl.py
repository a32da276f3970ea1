"""A curl for the examples of the README: the few options that they use, sent to the port of the server under test.

`python -m tests.kit.curl PORT OPTION... ADDRESS`; the address of the README, localhost:8000, becomes that port.
"""

import argparse
import http.client
import sys
from urllib.parse import urlsplit


def main(arguments: list[str]) -> int:
    """Print the answer's body; 2 for an address or an option that the examples have no business with."""
    parser = argparse.ArgumentParser(prog="curl", allow_abbrev=False)
    parser.add_argument("port", type=int)
    parser.add_argument("-s", "--silent", action="store_true")
    parser.add_argument("-X", "--request")
    parser.add_argument("-H", "--header", action="append", default=[])
    parser.add_argument("--json")
    parser.add_argument("address")
    given = parser.parse_args(arguments)
    parts = urlsplit(given.address if "://" in given.address else f"http://{given.address}")
    if parts.netloc != "localhost:8000":
        parser.error("the examples speak to localhost:8000")
    headers = dict(line.split(": ", 1) for line in given.header)
    if given.json is not None:
        headers |= {"Content-Type": "application/json", "Accept": "application/json"}
    method = given.request or ("GET" if given.json is None else "POST")
    connection = http.client.HTTPConnection("127.0.0.1", given.port, timeout=30)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    body = None if given.json is None else given.json.encode()
    connection.request(method, path or "/", body, headers)
    sys.stdout.buffer.write(connection.getresponse().read())
    connection.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
