//! The only HTTP client. Documents that clients name (key sets) are fetched from public addresses alone, so that nobody aims
//! it at our own network; what the operator names in the configuration is fetched from where it says. Names are resolved here, every address is checked, and the connection goes to the address that was checked.
//! No redirects, five seconds, 64 KiB.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use openidconnect::{HttpRequest, HttpResponse};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::io::AsyncWriteExt as _;
use url::{Host, Url};

use crate::base::net::{ClientIp, IpScope};

const TIMEOUT: Duration = Duration::from_secs(5);
/// For files that operators name.
const LONG_TIMEOUT: Duration = Duration::from_mins(10);
const MAX_BYTES: usize = 64 * 1024;

/// Why a document was not fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The address is not one we fetch from.
    #[error("{0} is not fetched: only https on public addresses")]
    Forbidden(String),
    /// The other side did not answer as it should.
    #[error("fetching failed: {0}")]
    Failed(String),
    /// The document is too large.
    #[error("the document is larger than {0} bytes")]
    TooLarge(usize),
    /// The client could not be set up.
    #[error("outgoing HTTP cannot be set up: {0}")]
    Setup(String),
}

/// Which addresses may be fetched from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// `https` on public addresses: for what clients and tenants name.
    Public,
    /// Also loopback, and `http` there: for tests.
    PublicAndLoopback,
    /// Any: for what the operator named in the configuration.
    Operators,
}

/// A document that was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Its content.
    pub body: Vec<u8>,
    /// How long its server says that it holds.
    pub fresh_for: Option<Duration>,
}

/// Fetches documents.
#[derive(Clone, Debug)]
pub struct Fetcher {
    client: reqwest::Client,
    reach: Reach,
}

#[derive(Debug)]
struct CheckedResolver {
    reach: Reach,
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.reach;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|address| is_allowed(address.ip(), reach)).collect();
            if allowed.is_empty() {
                return Err(format!("{} has no address that may be fetched", name.as_str()).into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

fn is_allowed(ip: IpAddr, reach: Reach) -> bool {
    let ip = ip.to_canonical();
    match reach {
        Reach::Operators => true,
        Reach::PublicAndLoopback if ip.is_loopback() => true,
        Reach::Public | Reach::PublicAndLoopback => ClientIp::new(ip).scope() == IpScope::Public,
    }
}

impl Fetcher {
    /// A client that trusts the system's certificate authorities and those of `trust_ca`.
    ///
    /// # Errors
    /// [`FetchError::Setup`] when the file can't be read or TLS can't be set up.
    pub fn new(trust_ca: Option<&Path>, reach: Reach) -> Result<Self, FetchError> {
        let setup = |error: &dyn std::fmt::Display| FetchError::Setup(error.to_string());
        let mut builder = reqwest::Client::builder()
            .user_agent("tidegate")
            .timeout(TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .dns_resolver(Arc::new(CheckedResolver { reach }));
        if let Some(path) = trust_ca {
            let pem = std::fs::read(path).map_err(|error| setup(&format!("{}: {error}", path.display())))?;
            for certificate in reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| setup(&error))? {
                builder = builder.add_root_certificate(certificate);
            }
        }
        Ok(Self {
            client: builder.build().map_err(|error| setup(&error))?,
            reach,
        })
    }

    /// Whether an address may be fetched at all: `https` on a public address or name; `http` and loopback only where tests
    /// allow it.
    fn check(&self, url: &Url) -> Result<(), FetchError> {
        let loopback = match url.host() {
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        };
        let http_fits = match self.reach {
            Reach::Public => false,
            Reach::PublicAndLoopback => loopback,
            Reach::Operators => true,
        };
        let scheme_fits = url.scheme() == "https" || (url.scheme() == "http" && http_fits);
        // A literal address never reaches the resolver, so it is checked here.
        let address_fits = match url.host() {
            Some(Host::Ipv4(ip)) => is_allowed(ip.into(), self.reach),
            Some(Host::Ipv6(ip)) => is_allowed(ip.into(), self.reach),
            Some(Host::Domain(_)) => true,
            None => false,
        };
        if scheme_fits && address_fits && url.username().is_empty() {
            return Ok(());
        }
        Err(FetchError::Forbidden(url.to_string()))
    }

    /// Fetches a file that an operator named, of up to `most` bytes and within ten minutes. What is there is written over.
    ///
    /// # Errors
    /// [`FetchError`]; then the file may be there in part.
    pub async fn to_file(&self, url: &Url, file: &Path, most: u64) -> Result<(), FetchError> {
        self.check(url)?;
        let failed = |error: reqwest::Error| FetchError::Failed(error.without_url().to_string());
        let unwritten = |error: std::io::Error| FetchError::Failed(format!("{}: {error}", file.display()));
        let request = self.client.get(url.clone()).timeout(LONG_TIMEOUT);
        let mut response = request.send().await.map_err(failed)?;
        if response.status() != reqwest::StatusCode::OK {
            return Err(FetchError::Failed(format!(
                "status {}",
                response.status().as_u16()
            )));
        }
        let mut out = tokio::fs::File::create(file).await.map_err(unwritten)?;
        let mut written = 0;
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            written += chunk.len() as u64;
            if written > most {
                return Err(FetchError::Failed(format!("more than {most} bytes")));
            }
            out.write_all(&chunk).await.map_err(unwritten)?;
        }
        out.sync_all().await.map_err(unwritten)
    }

    /// Fetches a text document.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn text(&self, url: &str) -> Result<String, FetchError> {
        self.text_with(url, &[], MAX_BYTES).await
    }

    /// Sends a form and gives the status of the answer, whose body is of no interest.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn post_form(&self, url: &str, fields: &[(&str, &str)]) -> Result<u16, FetchError> {
        let url = Url::parse(url).map_err(|_| FetchError::Forbidden(url.to_owned()))?;
        self.check(&url)?;
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = self
            .client
            .post(url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        let answer = request.send().await;
        let answer = answer.map_err(|error| FetchError::Failed(error.without_url().to_string()))?;
        Ok(answer.status().as_u16())
    }

    /// Sends JSON with a bearer token and gives the status of the answer, whose body is of no interest.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn post_json(
        &self,
        url: &str,
        bearer: &str,
        body: &serde_json::Value,
    ) -> Result<u16, FetchError> {
        let url = Url::parse(url).map_err(|_| FetchError::Forbidden(url.to_owned()))?;
        self.check(&url)?;
        let answer = self.client.post(url).bearer_auth(bearer).json(body).send().await;
        let answer = answer.map_err(|error| FetchError::Failed(error.without_url().to_string()))?;
        Ok(answer.status().as_u16())
    }

    /// Sends bytes with these headers and gives the status of the answer, whose body is of no interest.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn post_bytes(
        &self,
        url: &str,
        headers: &[(&'static str, String)],
        body: Vec<u8>,
    ) -> Result<u16, FetchError> {
        let url = Url::parse(url).map_err(|_| FetchError::Forbidden(url.to_owned()))?;
        self.check(&url)?;
        let request = headers
            .iter()
            .fold(self.client.post(url).body(body), |request, (name, value)| {
                request.header(*name, value)
            });
        let answer = request.send().await;
        let answer = answer.map_err(|error| FetchError::Failed(error.without_url().to_string()))?;
        Ok(answer.status().as_u16())
    }

    /// Carries a request of the OpenID Connect client there and its answer back.
    ///
    /// # Errors
    /// [`FetchError`].
    pub(super) async fn carry(&self, request: HttpRequest) -> Result<HttpResponse, FetchError> {
        let (parts, body) = request.into_parts();
        let url =
            Url::parse(&parts.uri.to_string()).map_err(|_| FetchError::Forbidden(parts.uri.to_string()))?;
        self.check(&url)?;
        let sent = self
            .client
            .request(parts.method, url)
            .headers(parts.headers)
            .body(body)
            .send()
            .await;
        let failed = |error: reqwest::Error| FetchError::Failed(error.without_url().to_string());
        let mut response = sent.map_err(failed)?;
        let mut answer = HttpResponse::new(Vec::new());
        *answer.status_mut() = response.status();
        *answer.headers_mut() = response.headers().clone();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if answer.body().len() + chunk.len() > MAX_BYTES {
                return Err(FetchError::TooLarge(MAX_BYTES));
            }
            answer.body_mut().extend_from_slice(&chunk);
        }
        Ok(answer)
    }

    /// Whether something may be sent to an address that somebody names, as far as the address itself tells.
    pub fn may_reach(&self, url: &str) -> bool {
        Url::parse(url).is_ok_and(|url| self.check(&url).is_ok())
    }

    /// Fetches a text document of at most so many bytes, with further headers.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn text_with(
        &self,
        url: &str,
        headers: &[(&str, &str)],
        limit: usize,
    ) -> Result<String, FetchError> {
        let body = self.bytes(url, headers, limit).await?;
        String::from_utf8(body).map_err(|_| FetchError::Failed("not UTF-8".to_owned()))
    }

    /// Fetches a document of at most so many bytes, with further headers.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn bytes(
        &self,
        url: &str,
        headers: &[(&str, &str)],
        limit: usize,
    ) -> Result<Vec<u8>, FetchError> {
        Ok(self.fetch(url, headers, limit).await?.body)
    }

    /// Fetches a document of at most so many bytes, and how long its server says that it holds.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn fetch(
        &self,
        url: &str,
        headers: &[(&str, &str)],
        limit: usize,
    ) -> Result<Fetched, FetchError> {
        let url = Url::parse(url).map_err(|_| FetchError::Forbidden(url.to_owned()))?;
        self.check(&url)?;
        let failed = |error: reqwest::Error| FetchError::Failed(error.without_url().to_string());
        let request = self.client.get(url);
        let request = headers
            .iter()
            .fold(request, |request, (name, value)| request.header(*name, *value));
        let mut response = request.send().await.map_err(failed)?;
        if response.status() != reqwest::StatusCode::OK {
            return Err(FetchError::Failed(format!(
                "status {}",
                response.status().as_u16()
            )));
        }
        let said = response.headers().get("cache-control");
        let fresh_for = said.and_then(|value| fresh_for(value.to_str().ok()?));
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > limit {
                return Err(FetchError::TooLarge(limit));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Fetched { body, fresh_for })
    }
}

/// How long a document holds by its `Cache-Control` (RFC 9111 section 5.2.2); `None` where that does not say.
fn fresh_for(cache_control: &str) -> Option<Duration> {
    let directives: Vec<String> = cache_control
        .split(',')
        .map(|directive| directive.trim().to_ascii_lowercase())
        .collect();
    if directives
        .iter()
        .any(|name| name == "no-store" || name == "no-cache")
    {
        return Some(Duration::ZERO);
    }
    let age = directives.iter().find_map(|name| name.strip_prefix("max-age="))?;
    age.trim_matches('"').parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc9111_5_2_2_how_long_a_document_holds() {
        for (said, secs) in [
            ("public, max-age=300", Some(300)),
            ("MAX-AGE=\"60\"", Some(60)),
            ("max-age=300, no-cache", Some(0)),
            ("no-store", Some(0)),
            ("private", None),
            ("max-age=soon", None),
        ] {
            assert_eq!(fresh_for(said), secs.map(Duration::from_secs), "{said}");
        }
    }

    #[tokio::test]
    async fn private_addresses_and_other_schemes_are_not_fetched() {
        crate::crypto::install_providers();
        let fetcher = Fetcher::new(None, Reach::Public).unwrap();
        for url in [
            "http://example.com/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://10.0.0.1/",
            "https://169.254.169.254/latest/meta-data",
            "https://[::ffff:127.0.0.1]/",
            "file:///etc/passwd",
            "https://user@example.com/",
            "nonsense",
        ] {
            assert!(
                matches!(fetcher.text(url).await, Err(FetchError::Forbidden(_))),
                "{url}"
            );
        }
        // A name is checked by what it resolves to.
        assert!(matches!(
            fetcher.text("https://localhost/").await,
            Err(FetchError::Failed(_))
        ));
    }
}
