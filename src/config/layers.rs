//! Merging the layers, with the source of every value kept for `doctor --print-config`.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::sections::Config;

/// Which profile file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// `tidegate dev`.
    Development,
    /// Everything else.
    Production,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Compiled in.
    Default,
    /// A file.
    File(PathBuf),
    /// An environment variable.
    Environment(String),
    /// A flag, or what a command sets itself.
    Flag,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Environment(name) => f.write_str(name),
            Self::Flag => f.write_str("flag"),
        }
    }
}

/// One setting for printing; secrets are masked.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Dotted key.
    pub key: String,
    /// The value as TOML, or dots for a secret.
    pub value: String,
    /// Where it comes from.
    pub source: Source,
}

/// Why the configuration was refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file could not be read.
    #[error("cannot read {path}: {why}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// The system's words.
        why: std::io::Error,
    },
    /// A file is no TOML.
    #[error("{path} is not valid TOML: {why}")]
    Syntax {
        /// Which file.
        path: String,
        /// Where and what.
        why: String,
    },
    /// A key that does not exist.
    #[error("{source_name}: unknown key «{key}»; did you mean «{nearest}»?")]
    Unknown {
        /// Where it stands.
        source_name: String,
        /// As it was written.
        key: String,
        /// The known key that looks most like it.
        nearest: String,
    },
    /// A value of the wrong type or out of range.
    #[error("{key} ({source_name}): {why}")]
    Invalid {
        /// Which setting.
        key: String,
        /// Where it stands.
        source_name: String,
        /// What is wrong.
        why: String,
    },
}

/// All settings with their sources.
#[derive(Clone, Debug)]
pub struct Layers {
    values: BTreeMap<String, (Value, Source)>,
}

/// Keys whose values are never printed, and that may come from `…_FILE`.
const SECRET_KEYS: [&str; 3] = ["secrets.kek", "database.url", "mail.smtp_url"];

impl Layers {
    /// The compiled-in defaults alone.
    ///
    /// # Errors
    /// When the compiled-in file is broken, which a test excludes.
    pub fn defaults() -> Result<Self, ConfigError> {
        let table = parse("default.toml", super::DEFAULTS)?;
        let mut values = BTreeMap::new();
        flatten("", &table, &mut |key, value| {
            values.insert(key, (value, Source::Default));
        });
        Ok(Self { values })
    }

    /// Reads the layers of a command: profile file if there is one, then `files`, then the environment.
    ///
    /// # Errors
    /// Unreadable or malformed files, unknown keys, values of the wrong type.
    pub fn load(profile: Profile, files: &[PathBuf], env: &[(String, String)]) -> Result<Self, ConfigError> {
        let mut layers = Self::defaults()?;
        let name = match profile {
            Profile::Development => "config/development.toml",
            Profile::Production => "config/production.toml",
        };
        if Path::new(name).exists() {
            layers.add_file(Path::new(name))?;
        }
        for file in files {
            layers.add_file(file)?;
        }
        layers.add_environment(env)?;
        Ok(layers)
    }

    fn add_file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|why| ConfigError::Unreadable {
            path: path.to_owned(),
            why,
        })?;
        let table = parse(&path.display().to_string(), &text)?;
        let mut found = Vec::new();
        flatten("", &table, &mut |key, value| found.push((key, value)));
        for (key, value) in found {
            self.set(&key, value, Source::File(path.to_owned()))?;
        }
        Ok(())
    }

    /// Variables `TIDEGATE__SECTION__KEY`, and `TIDEGATE__SECTION__KEY_FILE` for secrets.
    fn add_environment(&mut self, env: &[(String, String)]) -> Result<(), ConfigError> {
        for (name, text) in env {
            let Some(rest) = name.strip_prefix("TIDEGATE__") else {
                continue;
            };
            let key = rest.replace("__", ".").to_lowercase();
            let source = Source::Environment(name.clone());
            if let Some(secret) = key
                .strip_suffix("_file")
                .filter(|secret| SECRET_KEYS.contains(secret))
            {
                let text = std::fs::read_to_string(text).map_err(|why| ConfigError::Unreadable {
                    path: PathBuf::from(text),
                    why,
                })?;
                self.set(secret, Value::String(text.trim().to_owned()), source)?;
                continue;
            }
            let value = self.typed(&key, text, &source)?;
            self.set(&key, value, source)?;
        }
        Ok(())
    }

    /// A text as the type that the default of its key has.
    fn typed(&self, key: &str, text: &str, source: &Source) -> Result<Value, ConfigError> {
        let invalid = |why: &str| ConfigError::Invalid {
            key: key.to_owned(),
            source_name: source.to_string(),
            why: why.to_owned(),
        };
        match self.values.get(key).map(|(value, _)| value) {
            Some(Value::Integer(_)) => text
                .trim()
                .parse()
                .map(Value::Integer)
                .map_err(|_| invalid("must be a whole number")),
            Some(Value::Boolean(_)) => text
                .trim()
                .parse()
                .map(Value::Boolean)
                .map_err(|_| invalid("must be true or false")),
            Some(Value::Array(_)) => Ok(Value::Array(
                text.split(',')
                    .map(str::trim)
                    .filter(|part| !part.is_empty())
                    .map(|part| Value::String(part.to_owned()))
                    .collect(),
            )),
            _ => Ok(Value::String(text.to_owned())),
        }
    }

    /// Sets one value over what is there.
    ///
    /// # Errors
    /// An unknown key, or a value of another type than the default has.
    pub fn set(&mut self, key: &str, value: Value, source: Source) -> Result<(), ConfigError> {
        let Some((known, _)) = self.values.get(key) else {
            return Err(ConfigError::Unknown {
                source_name: source.to_string(),
                key: key.to_owned(),
                nearest: self.nearest(key),
            });
        };
        if !known.same_type(&value) {
            return Err(ConfigError::Invalid {
                key: key.to_owned(),
                source_name: source.to_string(),
                why: format!("must be {}, not {}", kind(known), kind(&value)),
            });
        }
        self.values.insert(key.to_owned(), (value, source));
        Ok(())
    }

    /// Sets a value that only counts where nothing but the default was given: what `dev` brings of its own.
    ///
    /// # Errors
    /// As [`Layers::set`].
    pub fn set_default(&mut self, key: &str, value: Value) -> Result<(), ConfigError> {
        match self.values.get(key) {
            Some((_, Source::Default)) | None => self.set(key, value, Source::Flag),
            Some(_) => Ok(()),
        }
    }

    /// Whether anything but the default was given for a key.
    pub fn is_given(&self, key: &str) -> bool {
        self.values
            .get(key)
            .is_some_and(|(_, source)| *source != Source::Default)
    }

    fn nearest(&self, key: &str) -> String {
        let best = self.values.keys().min_by_key(|known| distance(known, key));
        best.cloned().unwrap_or_default()
    }

    /// Every setting for printing, in the order of keys.
    pub fn settings(&self) -> Vec<Setting> {
        let shown = |key: &str, value: &Value| {
            let set = value.as_str().is_none_or(|text| !text.is_empty());
            if SECRET_KEYS.contains(&key) && set && !value.as_str().is_some_and(|t| t.starts_with("sqlite:"))
            {
                "••••••".to_owned()
            } else {
                value.to_string()
            }
        };
        self.values
            .iter()
            .map(|(key, (value, source))| Setting {
                key: key.clone(),
                value: shown(key, value),
                source: source.clone(),
            })
            .collect()
    }

    /// The frozen configuration.
    ///
    /// # Errors
    /// A value that is out of range or malformed, with the layer it came from.
    pub fn build(&self) -> Result<Config, ConfigError> {
        let mut table = Table::new();
        for (key, (value, _)) in &self.values {
            insert(&mut table, key, value.clone());
        }
        Config::from_table(table).map_err(|(key, why)| ConfigError::Invalid {
            source_name: self
                .values
                .get(&key)
                .map_or_else(String::new, |(_, source)| source.to_string()),
            key,
            why,
        })
    }
}

fn parse(name: &str, text: &str) -> Result<Table, ConfigError> {
    text.parse::<Table>().map_err(|error: toml::de::Error| {
        // One line for the command line: the library's own words draw the place over several.
        let at = error.span().map_or(0, |span| span.start);
        let line = text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
        ConfigError::Syntax {
            path: name.to_owned(),
            why: format!("line {line}: {}", error.message()),
        }
    })
}

/// A type in words.
const fn kind(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a text",
        Value::Integer(_) => "a whole number",
        Value::Float(_) => "a number",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a time",
        Value::Array(_) => "a list",
        Value::Table(_) => "a section",
    }
}

fn flatten(prefix: &str, table: &Table, found: &mut impl FnMut(String, Value)) {
    for (name, value) in table {
        let key = if prefix.is_empty() {
            name.clone()
        } else {
            format!("{prefix}.{name}")
        };
        match value {
            Value::Table(inner) => flatten(&key, inner, found),
            other => found(key, other.clone()),
        }
    }
}

fn insert(table: &mut Table, key: &str, value: Value) {
    match key.split_once('.') {
        None => {
            table.insert(key.to_owned(), value);
        }
        Some((head, rest)) => {
            let inner = table
                .entry(head.to_owned())
                .or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(inner) = inner {
                insert(inner, rest, value);
            }
        }
    }
}

/// Levenshtein distance, for "did you mean".
pub(crate) fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (cb, &above) in b.iter().zip(row.iter().skip(1)) {
            left = (above + 1).min(left + 1).min(diagonal + usize::from(ca != *cb));
            diagonal = above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    }

    fn with_env(pairs: &[(&str, &str)]) -> Result<Layers, ConfigError> {
        let mut layers = Layers::defaults().unwrap();
        layers.add_environment(&env(pairs)).map(|()| layers)
    }

    #[test]
    fn the_defaults_build() {
        Layers::defaults().unwrap().build().unwrap();
    }

    #[test]
    fn unknown_keys_name_the_nearest() {
        let error = with_env(&[("TIDEGATE__SERVER__LISTN", "x")]).unwrap_err();
        assert!(error.to_string().contains("«server.listen»"), "{error}");
    }

    #[test]
    fn the_environment_is_typed_by_the_defaults() {
        let config = with_env(&[
            ("TIDEGATE__SERVER__WORKERS", "3"),
            ("TIDEGATE__SERVER__TRUSTED_PROXIES", "10.0.0.0/8, 192.168.0.0/16"),
            ("TIDEGATE__TOKENS__ACCESS", "5m"),
            ("HOME", "/"),
        ])
        .unwrap()
        .build()
        .unwrap();
        assert_eq!(config.server.workers, 3);
        assert!(
            config
                .server
                .trusted_proxies
                .contains("10.1.2.3".parse().unwrap())
        );
        assert_eq!(config.tokens.access.as_secs(), 300);
        assert!(with_env(&[("TIDEGATE__SERVER__WORKERS", "many")]).is_err());
    }

    #[test]
    fn bad_values_name_key_and_source() {
        let layers = with_env(&[("TIDEGATE__TOKENS__ACCESS", "soon")]).unwrap();
        let error = layers.build().unwrap_err().to_string();
        assert!(error.contains("tokens") && error.contains("soon"), "{error}");
    }

    #[test]
    fn files_with_mistakes_are_refused_in_one_line() {
        let dir = tempfile::tempdir().unwrap();
        let refused = |text: &str| {
            let file = dir.path().join("settings.toml");
            std::fs::write(&file, text).unwrap();
            let error = Layers::load(Profile::Production, &[file], &[]).unwrap_err();
            error
                .to_string()
                .split_once("settings.toml")
                .unwrap()
                .1
                .to_owned()
        };
        assert_eq!(
            refused("[server]\nworkers = \"two\""),
            "): must be a whole number, not a text"
        );
        assert_eq!(
            refused("[sever]\nworkers = 2"),
            ": unknown key «sever.workers»; did you mean «server.workers»?"
        );
        let syntax = refused("[server]\nworkers =\n");
        assert!(syntax.contains("line 2: ") && !syntax.contains('\n'), "{syntax}");
    }

    #[test]
    fn secrets_come_from_files_and_are_masked() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("kek");
        std::fs::write(&file, "c2VjcmV0\n").unwrap();
        let layers = with_env(&[("TIDEGATE__SECRETS__KEK_FILE", file.to_str().unwrap())]).unwrap();
        let shown = layers.settings();
        let kek = shown.iter().find(|setting| setting.key == "secrets.kek").unwrap();
        assert!(!kek.value.contains("c2Vj"));
        assert!(matches!(&kek.source, Source::Environment(name) if name.ends_with("KEK_FILE")));
    }

    #[test]
    fn what_a_command_brings_itself_gives_way_to_what_was_given() {
        let mut layers = with_env(&[("TIDEGATE__SERVER__LISTEN", "127.0.0.1:1")]).unwrap();
        layers
            .set_default("server.listen", Value::String("127.0.0.1:2".into()))
            .unwrap();
        layers
            .set_default("log.format", Value::String("text".into()))
            .unwrap();
        let config = layers.build().unwrap();
        assert_eq!(config.server.listen.port(), 1);
        assert_eq!(config.log.format, "text");
    }
}
