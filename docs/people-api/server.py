# A sample of the API for people (../people-api.yaml) in Python alone. It reads people.json (README.md).
# Run: PORT=8080 TOKEN=… PEOPLE=people.json python3 server.py
import hashlib, hmac, json, os, urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

with open(os.environ["PEOPLE"], encoding="utf-8") as file:
    store = json.load(file)
by_subject = {entry["person"]["subject"]: entry for entry in store["people"]}
by_login = {login: entry for entry in store["people"] for login in entry["logins"]}

def verify(login, password):
    entry = by_login.get(login)
    checked = entry or store["people"][0]  # also for an unknown login, so that it takes as long
    salt, stored = bytes.fromhex(checked["salt"]), bytes.fromhex(checked["hash"])
    found = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, store["iterations"])
    if not hmac.compare_digest(found, stored) or not entry:
        return 401, {}
    return (403, {"reason": "disabled"}) if entry["person"].get("disabled") else (200, entry["person"])

class People(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("Authorization") != f"Bearer {os.environ['TOKEN']}":
            status, found = 403, {}
        elif self.command == "POST" and self.path == "/verify":
            asked = json.loads(body)
            status, found = verify(asked["login"], asked["password"])
        else:
            entry = by_subject.get(urllib.parse.unquote(self.path.removeprefix("/people/")))
            status, found = (200, entry["person"]) if entry else (404, {})
        text = json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = answer

ThreadingHTTPServer.request_queue_size = 128  # of 5, many connections at once would wait for seconds
ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), People).serve_forever()
