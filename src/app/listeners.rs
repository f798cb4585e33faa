//! The listeners: the public one, the one for clients that show certificates, and the one for operations.

use std::any::Any;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::dev::{Extensions, Server};
use actix_web::middleware::from_fn;
use actix_web::rt::net::TcpStream;
use actix_web::{App, HttpServer, web};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::StartError;
use crate::config::{self, Config};
use crate::crypto::certificate::AnyClientCertificate;
use crate::http::context::Shared;
use crate::http::dev;
use crate::http::middleware::{edge, secure_headers};
use crate::http::{routes, site};
use crate::protocol::client_certificate::PresentedCertificate;

/// Listeners that are bound, so that their ports are known before anything is built on them.
#[derive(Debug)]
pub struct Listeners {
    /// Where the public one is.
    pub address: SocketAddr,
    /// Where the one for certificates is.
    pub mtls_address: Option<SocketAddr>,
    pub(super) public: TcpListener,
    pub(super) mtls: Option<TcpListener>,
}

impl Listeners {
    /// Binds the public listener to an address, and that for certificates where the settings say.
    ///
    /// # Errors
    /// When an address is taken.
    pub fn bind(public: SocketAddr, settings: &config::Server) -> Result<Self, StartError> {
        let bound = |address: SocketAddr| {
            TcpListener::bind(address)
                .map_err(|error| StartError(format!("cannot listen on {address}: {error}")))
        };
        let public = bound(public)?;
        let mtls = settings.mtls_listen.map(bound).transpose()?;
        let mtls_address = mtls.as_ref().map(TcpListener::local_addr).transpose();
        Ok(Self {
            address: public.local_addr().map_err(StartError::of)?,
            mtls_address: mtls_address.map_err(StartError::of)?,
            public,
            mtls,
        })
    }
}

/// The listener for people and apps.
pub(super) fn public(
    config: &Config,
    listener: TcpListener,
    shared: &Shared,
    workers: usize,
) -> Result<Server, StartError> {
    let data = shared.clone();
    let limit = config.limits.body;
    let dev_profile = shared.dev.is_some();
    let server = HttpServer::new(move || {
        App::new()
            .app_data(data.clone())
            .app_data(web::PayloadConfig::new(limit))
            .wrap(from_fn(secure_headers))
            .wrap(from_fn(edge))
            .configure(routes::public)
            .configure(|config| {
                if dev_profile {
                    dev::routes(config);
                    routes::operations(config);
                }
            })
            .default_service(web::to(site::not_found))
    })
    .workers(workers)
    .shutdown_timeout(config.server.shutdown_grace.as_secs());
    let bound = match (&config.server.tls.cert, &config.server.tls.key) {
        (Some(cert), Some(key)) => {
            let builder = ServerConfig::builder().with_no_client_auth();
            let (chain, key) = certificate(cert, key)?;
            let tls = builder.with_single_cert(chain, key).map_err(unusable)?;
            server.listen_rustls_0_23(listener, tls)
        }
        _ => server.listen(listener),
    };
    Ok(bound.map_err(StartError::of)?.run())
}

/// The listener that asks for certificates (RFC 8705 section 5). It has the back channel's endpoints only: a browser that is asked for a
/// certificate bothers its person.
pub(super) fn mtls(
    config: &Config,
    listener: TcpListener,
    shared: &Shared,
    workers: usize,
) -> Result<Server, StartError> {
    let settings = &config.server;
    let own = settings.mtls_cert.as_ref().zip(settings.mtls_key.as_ref());
    let public = settings.tls.cert.as_ref().zip(settings.tls.key.as_ref());
    let Some((cert, key)) = own.or(public) else {
        return Err(StartError("server.mtls_listen needs a certificate".to_owned()));
    };
    let (chain, key) = certificate(cert, key)?;
    let tls = ServerConfig::builder()
        .with_client_cert_verifier(AnyClientCertificate::verifier())
        .with_single_cert(chain, key)
        .map_err(unusable)?;
    let data = shared.clone();
    let limit = config.limits.body;
    let server = HttpServer::new(move || {
        App::new()
            .app_data(data.clone())
            .app_data(web::PayloadConfig::new(limit))
            .wrap(from_fn(secure_headers))
            .wrap(from_fn(edge))
            .configure(routes::mtls)
            .default_service(web::to(site::not_found))
    })
    .on_connect(keep_certificate)
    .workers(workers)
    .shutdown_timeout(settings.shutdown_grace.as_secs());
    let bound = server.listen_rustls_0_23(listener, tls);
    Ok(bound.map_err(StartError::of)?.run())
}

/// Lays the certificate of a connection where its requests find it.
fn keep_certificate(connection: &dyn Any, kept: &mut Extensions) {
    let stream = connection.downcast_ref::<TlsStream<TcpStream>>();
    let chain = stream.and_then(|stream| stream.get_ref().1.peer_certificates());
    let presented =
        chain.and_then(|chain| PresentedCertificate::from_chain(chain.iter().map(|der| der.to_vec())));
    if let Some(presented) = presented {
        kept.insert(presented);
    }
}

/// The listener for health checks and metrics.
pub(super) fn operations(address: SocketAddr, shared: &Shared) -> Result<Server, StartError> {
    let data = shared.clone();
    let server = HttpServer::new(move || App::new().app_data(data.clone()).configure(routes::operations))
        .workers(1)
        .bind(address)
        .map_err(|error| {
            StartError(format!(
                "cannot listen on {address} (server.operations_listen): {error}"
            ))
        })?;
    Ok(server.run())
}

#[expect(clippy::needless_pass_by_value, reason = "the form that map_err calls it in")]
fn unusable(error: rustls::Error) -> StartError {
    StartError(format!("TLS: {error}"))
}

type Certificate = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// Certificate chain and key of PEM files.
fn certificate(cert: &Path, key: &Path) -> Result<Certificate, StartError> {
    let unreadable = |path: &Path, why: &dyn std::fmt::Display| {
        StartError(format!("cannot read {}: {why}", path.display()))
    };
    let chain = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect)
        .map_err(|error| unreadable(cert, &error))?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| unreadable(key, &error))?;
    Ok((chain, key))
}
