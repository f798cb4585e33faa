//! A server of an app that takes what is posted to it, and answers as it is told.

use std::sync::{Arc, Mutex};

use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, LOCATION};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};

use super::until;

/// What was posted.
#[derive(Clone, Debug)]
pub struct Posted {
    pub path: String,
    pub authorization: Option<String>,
    pub body: String,
}

pub struct Inbox {
    posted: Arc<Mutex<Vec<Posted>>>,
    base: String,
}

impl Inbox {
    /// Answers every post with this status, and with a body and an address to go to.
    pub fn start(status: u16) -> Self {
        let posted = Arc::new(Mutex::new(Vec::new()));
        let log = posted.clone();
        let server = HttpServer::new(move || {
            let log = log.clone();
            let take = move |request: HttpRequest, body: web::Bytes| {
                let authorization = request.headers().get(AUTHORIZATION);
                log.lock().unwrap().push(Posted {
                    path: request.path().to_owned(),
                    authorization: authorization.map(|value| value.to_str().unwrap().to_owned()),
                    body: String::from_utf8(body.to_vec()).unwrap(),
                });
                let status = StatusCode::from_u16(status).unwrap();
                let answer = HttpResponse::build(status)
                    .insert_header((LOCATION, "/elsewhere"))
                    .body("{}");
                async move { answer }
            };
            App::new().default_service(web::to(take))
        });
        let server = server.workers(1).bind(("127.0.0.1", 0)).unwrap();
        let base = format!("http://{}", server.addrs()[0]);
        actix_web::rt::spawn(server.run());
        Self { posted, base }
    }

    /// The address of a path.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The first post, once it came.
    pub async fn first(&self) -> Posted {
        let first = until(async || self.posted.lock().unwrap().first().cloned());
        first.await.expect("nothing was posted")
    }

    /// How much was posted so far.
    pub fn count(&self) -> usize {
        self.posted.lock().unwrap().len()
    }
}
