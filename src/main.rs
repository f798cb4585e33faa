//! The program.

use tidegate::config::{Layers, Profile};
use tidegate::server::{self, DevOptions, Exposure, Reset};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[actix_web::main]
async fn main() {
    let env: Vec<(String, String)> = std::env::vars().collect();
    let layers = Layers::load(Profile::Development, &[], &env).unwrap();
    let port: u16 = std::env::args().nth(1).and_then(|p| p.parse().ok()).unwrap_or(8080);
    let dir = std::env::args().nth(2).unwrap_or("data".into());
    let options = DevOptions { data: dir.into(), listen: Some(([127,0,0,1], port).into()), reset: Reset::Keep, exposure: Exposure::Loopback };
    if let Err(error) = server::dev(layers, &options).await { eprintln!("{error}"); std::process::exit(1) }
}
