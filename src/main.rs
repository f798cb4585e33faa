//! The program: the command line on the composition.

use std::path::Path;
use std::process::ExitCode;

use tidegate::app::{self, Parts};
use tidegate::cli::{self, Composition, DevArgs};
use tidegate::config::{Config, Layers};
use tidegate::server::{self, DevOptions, Exposure, Reset};
use tidegate::store::Store;
use tidegate::tenants::{Origins, Platform};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The parts as `app` puts them together.
#[derive(Debug)]
struct Whole;

impl Composition for Whole {
    fn platform(&self, config: &Config, store: Store, origins: Origins) -> Result<Platform, String> {
        let built = app::platform(config, store, Parts::system(origins, false));
        // The other end of the mail queue is dropped: a command that runs once delivers nothing.
        built
            .map(|(platform, _)| platform)
            .map_err(|error| error.to_string())
    }

    async fn open_store(&self, config: &Config) -> Result<Store, String> {
        app::open_store(config).await.map_err(|error| error.to_string())
    }

    async fn serve(&self, layers: Layers) -> Result<(), String> {
        server::serve(&layers).await.map_err(|error| error.to_string())
    }

    async fn dev(&self, layers: Layers, args: &DevArgs, data: &Path) -> Result<(), String> {
        let options = DevOptions {
            data: data.to_owned(),
            listen: args.listen,
            reset: if args.reset { Reset::Wipe } else { Reset::Keep },
            exposure: if args.i_know_this_is_unsafe {
                Exposure::Anywhere
            } else {
                Exposure::Loopback
            },
        };
        server::dev(layers, &options)
            .await
            .map_err(|error| error.to_string())
    }
}

#[actix_web::main]
async fn main() -> ExitCode {
    #[expect(clippy::disallowed_methods, reason = "the environment is read once, here")]
    let environment: Vec<(String, String)> = std::env::vars().collect();
    cli::run(std::env::args_os(), &environment, &Whole).await
}
