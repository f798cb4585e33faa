//! What comes in beside the arguments: documents and secrets, from standard input or a file.

use std::io::Read as _;
use std::path::Path;

use crate::base::secret::Secret;

use super::print::CliError;

/// The most that is read.
const LIMIT: u64 = 64 * 1024 * 1024;

/// A document from a file, or from standard input when it is called `-`.
pub(super) fn document(name: &Path) -> Result<String, CliError> {
    let mut text = String::new();
    let read = if name.as_os_str() == "-" {
        std::io::stdin().lock().take(LIMIT).read_to_string(&mut text)
    } else {
        std::fs::File::open(name).and_then(|file| file.take(LIMIT).read_to_string(&mut text))
    };
    read.map_err(|error| CliError::Failed(format!("cannot read {}: {error}", name.display())))?;
    Ok(text)
}

/// A secret from standard input or a file, without its line's end.
pub(super) fn secret(stdin: bool, file: Option<&Path>) -> Result<Option<Secret<String>>, CliError> {
    let name = match (stdin, file) {
        (true, Some(_)) => {
            return Err(CliError::Usage(
                "give a secret once: by standard input or by a file".to_owned(),
            ));
        }
        (true, None) => Path::new("-"),
        (false, Some(file)) => file,
        (false, None) => return Ok(None),
    };
    let text = document(name)?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.is_empty() {
        return Err(CliError::Failed("the secret is empty".to_owned()));
    }
    Ok(Some(Secret::new(text.to_owned())))
}
