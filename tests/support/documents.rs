//! A server of somebody else's: documents at paths, which can be replaced, and how often each was fetched.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};

/// What lies at a path: media type and content.
type Held = Arc<Mutex<BTreeMap<String, (String, Vec<u8>)>>>;
/// What is said of a path in `Cache-Control`.
type Said = Arc<Mutex<BTreeMap<String, String>>>;

pub struct Documents {
    held: Held,
    said: Said,
    fetched: Arc<Mutex<Vec<String>>>,
    base: String,
}

impl Documents {
    pub fn start() -> Self {
        let (held, fetched) = (Held::default(), Arc::new(Mutex::new(Vec::new())));
        let said = Said::default();
        let (documents, log, holds) = (held.clone(), fetched.clone(), said.clone());
        let server = HttpServer::new(move || {
            let (documents, log, holds) = (documents.clone(), log.clone(), holds.clone());
            App::new().default_service(web::to(move |request: HttpRequest| {
                log.lock().unwrap().push(request.path().to_owned());
                let found = documents.lock().unwrap().get(request.path()).cloned();
                let holds = holds.lock().unwrap().get(request.path()).cloned();
                async move {
                    match found {
                        Some((media, content)) if media == "redirect" => {
                            let to = String::from_utf8(content).unwrap();
                            HttpResponse::Found().insert_header(("location", to)).finish()
                        }
                        Some((media, content)) => {
                            let mut response = HttpResponse::Ok();
                            if let Some(holds) = holds {
                                response.insert_header(("cache-control", holds));
                            }
                            response.content_type(media).body(content)
                        }
                        None => HttpResponse::NotFound().finish(),
                    }
                }
            }))
        });
        let server = server.workers(1).bind(("127.0.0.1", 0)).unwrap();
        let base = format!("http://{}", server.addrs()[0]);
        actix_web::rt::spawn(server.run());
        Self {
            held,
            said,
            fetched,
            base,
        }
    }

    /// The address of a path.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub fn put(&self, path: &str, media: &str, content: impl Into<Vec<u8>>) -> String {
        let mut held = self.held.lock().unwrap();
        held.insert(path.to_owned(), (media.to_owned(), content.into()));
        self.at(path)
    }

    /// Says how long what lies at a path holds.
    pub fn hold(&self, path: &str, cache_control: &str) {
        let mut said = self.said.lock().unwrap();
        said.insert(path.to_owned(), cache_control.to_owned());
    }

    /// Takes away what lies at a path.
    pub fn take(&self, path: &str) {
        self.held.lock().unwrap().remove(path);
    }

    /// How often a path was fetched.
    pub fn fetched(&self, path: &str) -> usize {
        let log = self.fetched.lock().unwrap();
        log.iter().filter(|fetched| *fetched == path).count()
    }
}
