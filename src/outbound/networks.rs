//! What is known of an address: place and operator from MaxMind DB files, reputation from lists. Files are read off the
//! request path and swapped whole; what is not configured or not found is unknown, never "clean".

use std::collections::{BTreeMap, HashSet};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use arc_swap::ArcSwap;
use ipnet::IpNet;
use maxminddb::{Reader, geoip2};

use crate::base::timestamp::Timestamp;

/// Longest list that is read, lines; a longer one is refused whole.
const MAX_LINES: usize = 5_000_000;
/// Largest list that is read, bytes; looked at before anything is read.
const MAX_LIST_BYTES: u64 = 256 * 1024 * 1024;
/// Largest database that is read, bytes.
pub const MAX_DATABASE_BYTES: u64 = 1024 * 1024 * 1024;

/// Where the files are.
#[derive(Clone, Debug, Default)]
pub struct NetworkFiles {
    /// MaxMind DB with cities.
    pub city: Option<PathBuf>,
    /// MaxMind DB with countries; used where no city file answers.
    pub country: Option<PathBuf>,
    /// MaxMind DB with autonomous systems.
    pub asn: Option<PathBuf>,
    /// Tor exits.
    pub tor: Option<PathBuf>,
    /// Hosting networks.
    pub hosting: Option<PathBuf>,
    /// Anonymisers.
    pub anonymizer: Option<PathBuf>,
    /// Networks of bad reputation.
    pub reputation: Option<PathBuf>,
}

/// A place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// City in English, for analysts.
    pub city: Option<String>,
    /// Latitude and longitude, degrees.
    pub coordinates: Option<(f64, f64)>,
    /// How far off the coordinates may be, kilometres.
    pub accuracy_km: Option<u16>,
}

/// Whether a list names an address, and how old the list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Whether it does.
    pub hit: bool,
    /// When the file was last changed.
    pub as_of: Timestamp,
}

/// All that is known of an address. `None` is unknown: not configured, unreadable, or not in the data.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AddressFacts {
    /// Where.
    pub place: Option<Place>,
    /// Date of the geography data.
    pub place_as_of: Option<Timestamp>,
    /// Autonomous system number.
    pub asn: Option<u32>,
    /// Its operator's name.
    pub operator: Option<String>,
    /// Tor exit.
    pub tor: Option<Listed>,
    /// Hosting network.
    pub hosting: Option<Listed>,
    /// Anonymiser.
    pub anonymizer: Option<Listed>,
    /// Bad reputation.
    pub reputation: Option<Listed>,
}

/// State of one file, for `doctor`, the console and metrics.
#[derive(Clone, Debug)]
pub struct FileState {
    /// Which feed.
    pub name: &'static str,
    /// Where it is.
    pub path: PathBuf,
    /// Date of the data, or what is wrong.
    pub state: Result<Timestamp, String>,
}

struct Database {
    reader: Reader<Vec<u8>>,
    built: Timestamp,
}

struct List {
    by_length: BTreeMap<(bool, u8), HashSet<IpNet>>,
    as_of: Timestamp,
}

#[derive(Default)]
struct Loaded {
    city: Option<Database>,
    country: Option<Database>,
    asn: Option<Database>,
    tor: Option<List>,
    hosting: Option<List>,
    anonymizer: Option<List>,
    reputation: Option<List>,
    stamps: Vec<Option<SystemTime>>,
    states: Vec<FileState>,
}

/// The data, swapped whole when files change.
pub struct Networks {
    files: NetworkFiles,
    loaded: ArcSwap<Loaded>,
}

impl std::fmt::Debug for Networks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Networks({:?})", self.files)
    }
}

impl Networks {
    /// Reads the files. One that can't be read leaves its evidence unknown and shows in [`Networks::states`].
    pub fn load(files: NetworkFiles) -> Self {
        let loaded = Loaded::read(&files);
        Self {
            files,
            loaded: ArcSwap::from_pointee(loaded),
        }
    }

    /// Reads the files anew when one has changed; gives whether it did. Slow: call it off the request path.
    pub fn reload_if_changed(&self) -> bool {
        if self.loaded.load().stamps == self.files.stamps() {
            return false;
        }
        self.loaded.store(Arc::new(Loaded::read(&self.files)));
        true
    }

    /// State of every configured file.
    pub fn states(&self) -> Vec<FileState> {
        self.loaded.load().states.clone()
    }

    /// The names of configured files that can't be read: evidence that should be there is not.
    pub fn broken(&self) -> Vec<&'static str> {
        let loaded = self.loaded.load();
        loaded
            .states
            .iter()
            .filter(|file| file.state.is_err())
            .map(|file| file.name)
            .collect()
    }

    /// What is known of an address.
    pub fn look_up(&self, ip: IpAddr) -> AddressFacts {
        let data = self.loaded.load();
        let (place, place_as_of) = data.place(ip);
        let (asn, operator) = data.operator(ip);
        let listed = |list: &Option<List>| {
            list.as_ref().map(|list| Listed {
                hit: list.contains(ip),
                as_of: list.as_of,
            })
        };
        AddressFacts {
            place,
            place_as_of,
            asn,
            operator,
            tor: listed(&data.tor),
            hosting: listed(&data.hosting),
            anonymizer: listed(&data.anonymizer),
            reputation: listed(&data.reputation),
        }
    }
}

/// Reads a file as a feed and gives the date of its data, or what is wrong with it: what a file must pass before it takes a
/// feed's place. A list without a single network is none.
///
/// # Errors
/// In words.
pub fn check_file(name: &'static str, path: &Path) -> Result<Timestamp, String> {
    let mut loaded = Loaded::default();
    let as_of = loaded.read_one(name, path)?;
    let lists = [
        &loaded.tor,
        &loaded.hosting,
        &loaded.anonymizer,
        &loaded.reputation,
    ];
    if lists.into_iter().flatten().any(|list| list.by_length.is_empty()) {
        return Err("there is no address or network in it".to_owned());
    }
    Ok(as_of)
}

impl NetworkFiles {
    fn all(&self) -> [(&'static str, Option<&PathBuf>); 7] {
        [
            ("city", self.city.as_ref()),
            ("country", self.country.as_ref()),
            ("asn", self.asn.as_ref()),
            ("tor", self.tor.as_ref()),
            ("hosting", self.hosting.as_ref()),
            ("anonymizer", self.anonymizer.as_ref()),
            ("reputation", self.reputation.as_ref()),
        ]
    }

    fn stamps(&self) -> Vec<Option<SystemTime>> {
        self.all()
            .into_iter()
            .map(|(_, path)| path.and_then(|path| modified(path)))
            .collect()
    }
}

fn modified(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).ok()?.modified().ok()
}

fn timestamp(at: Option<SystemTime>) -> Timestamp {
    let since = at
        .and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok())
        .unwrap_or_default();
    Timestamp::EPOCH.plus(since)
}

impl Loaded {
    fn read(files: &NetworkFiles) -> Self {
        let mut loaded = Self {
            stamps: files.stamps(),
            ..Self::default()
        };
        for (name, path) in files.all() {
            let Some(path) = path else { continue };
            let state = loaded.read_one(name, path);
            loaded.states.push(FileState {
                name,
                path: path.clone(),
                state,
            });
        }
        loaded
    }

    fn read_one(&mut self, name: &str, path: &Path) -> Result<Timestamp, String> {
        let is_database = ["city", "country", "asn"].contains(&name);
        let bound = if is_database {
            MAX_DATABASE_BYTES
        } else {
            MAX_LIST_BYTES
        };
        let bytes = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
        if bytes > bound {
            return Err(format!("{bytes} bytes are more than the {bound} that are read"));
        }
        if is_database {
            let reader = Reader::open_readfile(path).map_err(|error| error.to_string())?;
            let built = Timestamp::from_secs(i64::try_from(reader.metadata().build_epoch).unwrap_or(0));
            let database = Some(Database { reader, built });
            match name {
                "city" => self.city = database,
                "country" => self.country = database,
                _ => self.asn = database,
            }
            return Ok(built);
        }
        let list = List::read(path)?;
        let as_of = list.as_of;
        match name {
            "tor" => self.tor = Some(list),
            "hosting" => self.hosting = Some(list),
            "anonymizer" => self.anonymizer = Some(list),
            _ => self.reputation = Some(list),
        }
        Ok(as_of)
    }

    fn place(&self, ip: IpAddr) -> (Option<Place>, Option<Timestamp>) {
        let city = self
            .city
            .as_ref()
            .and_then(|db| Some((place_of_city(&db.reader, ip)?, db.built)));
        let found = city.or_else(|| {
            let db = self.country.as_ref()?;
            Some((place_of_country(&db.reader, ip)?, db.built))
        });
        found.map_or((None, None), |(place, built)| (Some(place), Some(built)))
    }

    fn operator(&self, ip: IpAddr) -> (Option<u32>, Option<String>) {
        let found = self.asn.as_ref().and_then(|db| {
            let record: geoip2::Asn<'_> = db.reader.lookup(ip).ok()?.decode().ok()??;
            Some((
                record.autonomous_system_number,
                record.autonomous_system_organization.map(str::to_owned),
            ))
        });
        found.unwrap_or_default()
    }
}

fn place_of_city(reader: &Reader<Vec<u8>>, ip: IpAddr) -> Option<Place> {
    let record: geoip2::City<'_> = reader.lookup(ip).ok()?.decode().ok()??;
    let place = Place {
        country: record.country.iso_code.and_then(country_code),
        city: record.city.names.english.map(str::to_owned),
        coordinates: coordinates(record.location.latitude, record.location.longitude),
        accuracy_km: record.location.accuracy_radius,
    };
    (place != Place::default()).then_some(place)
}

fn place_of_country(reader: &Reader<Vec<u8>>, ip: IpAddr) -> Option<Place> {
    let found = reader.lookup(ip).ok()?;
    // Some free country files have a flat record with `country_code`.
    let nested: Option<geoip2::Country<'_>> = found.decode().ok().flatten();
    let code = nested
        .and_then(|record| record.country.iso_code)
        .and_then(country_code)
        .or_else(|| {
            let flat: BTreeMap<String, String> = found.decode().ok().flatten()?;
            country_code(flat.get("country_code")?)
        })?;
    Some(Place {
        country: Some(code),
        ..Place::default()
    })
}

/// Absurd coordinates are unknown ones.
fn coordinates(latitude: Option<f64>, longitude: Option<f64>) -> Option<(f64, f64)> {
    let (latitude, longitude) = (latitude?, longitude?);
    let fits =
        latitude.is_finite() && longitude.is_finite() && latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    fits.then_some((latitude, longitude))
}

fn country_code(text: &str) -> Option<String> {
    (text.len() == 2 && text.bytes().all(|b| b.is_ascii_alphabetic())).then(|| text.to_ascii_uppercase())
}

impl List {
    /// An address or network a line; `#` and `;` begin comments; Tor's `ExitAddress` records are understood; lines that
    /// are neither are passed over.
    fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
        Self::parse(&text, timestamp(modified(path)))
    }

    fn parse(text: &str, as_of: Timestamp) -> Result<Self, String> {
        let mut by_length = BTreeMap::<(bool, u8), HashSet<IpNet>>::new();
        for (number, line) in text.lines().enumerate() {
            if number >= MAX_LINES {
                return Err(format!("more than {MAX_LINES} lines"));
            }
            let line = line.split(['#', ';']).next().unwrap_or_default().trim();
            let word = line
                .strip_prefix("ExitAddress ")
                .unwrap_or(line)
                .split_whitespace()
                .next()
                .unwrap_or_default();
            let network = word
                .parse::<IpNet>()
                .ok()
                .or_else(|| word.parse::<IpAddr>().ok().map(IpNet::from));
            // Lists of bogons hold private ranges; those are never anybody's reputation.
            if let Some(network) = network.filter(|net| !net.addr().is_loopback() && net.prefix_len() > 0) {
                let network = network.trunc();
                let length = (matches!(network, IpNet::V6(_)), network.prefix_len());
                by_length.entry(length).or_default().insert(network);
            }
        }
        Ok(Self { by_length, as_of })
    }

    fn contains(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        self.by_length
            .iter()
            .filter(|((v6, _), _)| *v6 == ip.is_ipv6())
            .any(|((_, length), networks)| {
                IpNet::new(ip, *length).is_ok_and(|network| networks.contains(&network.trunc()))
            })
    }
}

#[cfg(test)]
mod tests;
