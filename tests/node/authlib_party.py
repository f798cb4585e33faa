"""Apps that use Authlib, driven by authlib.test.mjs: a web app with its Flask client, and services with its session.

The only argument is a JSON file: `issuer`, `port`, and the registrations `web`, `service` (with `key`, PEM), `device` and
`partner` (with `key` and `iss` of the issuer that it brings assertions of).
"""

import json
import sys

from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oauth2.rfc7523.assertion import private_key_jwt_sign, sign_jwt_bearer_assertion
from flask import Flask, g, jsonify, request, url_for

GRANT = "urn:ietf:params:oauth:grant-type:"

with open(sys.argv[1], encoding="utf-8") as file:
    settings = json.load(file)

app = Flask(__name__)
app.secret_key = "a-secret-for-this-test-alone"
oauth = OAuth(app, update_token=lambda name, token, **old: g.setdefault("renewed", True))
tidegate = oauth.register(
    "tidegate",
    client_id=settings["web"]["client_id"],
    client_secret=settings["web"]["client_secret"],
    server_metadata_url=settings["issuer"] + "/.well-known/openid-configuration",
    client_kwargs={"scope": "openid email profile offline_access", "code_challenge_method": "S256"},
)


def endpoint(name):
    return tidegate.load_server_metadata()[name]


@app.errorhandler(OAuthError)
def failed(error):
    return jsonify(error=error.error, error_description=error.description), 400


@app.get("/login")
def login():
    return tidegate.authorize_redirect(url_for("callback", _external=True), **request.args)


@app.get("/callback")
def callback():
    """Authlib checks state and ID token. Userinfo is asked twice: the second time Authlib takes the token for expired and renews it."""
    token = tidegate.authorize_access_token()
    first = tidegate.userinfo(token=token)
    again = tidegate.userinfo(token={**token, "expires_at": 1})
    return jsonify(claims=token["userinfo"], userinfo=first, again=again, renewed="renewed" in g)


class ShortLived(PrivateKeyJWT):
    """Authlib's own assertions live an hour; the server takes none that live longer than ten minutes."""

    def sign(self, auth, token_endpoint):
        return private_key_jwt_sign(auth.client_secret, auth.client_id, token_endpoint, alg="ES256", expires_in=300)


def service_session():
    session = OAuth2Session(
        settings["service"]["client_id"],
        settings["service"]["key"],
        scope="api:read",
        token_endpoint_auth_method="private_key_jwt",
        revocation_endpoint_auth_method="private_key_jwt",
    )
    session.register_client_auth_method(ShortLived())
    return session


@app.get("/service")
def service():
    """Client credentials of a client with a key; the token is looked at, given back, and looked at again."""
    session = service_session()
    token = session.fetch_token(endpoint("token_endpoint"), grant_type="client_credentials")

    def look():
        return session.introspect_token(endpoint("introspection_endpoint"), token=token["access_token"]).json()

    before = look()
    revoked = session.revoke_token(endpoint("revocation_endpoint"), token=token["access_token"])
    return jsonify(token=token, before=before, revoked=revoked.status_code, after=look())


def device_session():
    return OAuth2Session(settings["device"]["client_id"], scope="openid email", token_endpoint_auth_method="none")


@app.get("/device")
def device():
    body = {"client_id": settings["device"]["client_id"], "scope": "openid email"}
    return device_session().post(endpoint("device_authorization_endpoint"), data=body, withhold_token=True).json()


@app.get("/device/<code>")
def device_tokens(code):
    session = device_session()
    session.fetch_token(endpoint("token_endpoint"), grant_type=GRANT + "device_code", device_code=code)
    return session.get(endpoint("userinfo_endpoint")).json()


@app.get("/partner")
def partner():
    """A token for alice by the word of an issuer that the tenant trusts (RFC 7523 section 2.1)."""
    own = settings["partner"]
    session = OAuth2Session(own["client_id"], own["client_secret"], scope="email")
    assertion = sign_jwt_bearer_assertion(
        own["key"],
        issuer=own["iss"],
        audience=settings["issuer"],
        subject="alice@demo.test",
        alg="ES256",
        expires_in=300,
        claims={"jti": request.args["jti"]},
    )
    session.fetch_token(endpoint("token_endpoint"), grant_type=GRANT + "jwt-bearer", assertion=assertion.decode())
    return session.introspect_token(endpoint("introspection_endpoint")).json()


app.run("127.0.0.1", settings["port"])
