//! Finds files that have lost their end, where the decoders would end quietly.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

/// Whether a coded file reaches its own end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// As far as the container tells.
    Whole,
    /// The last page is there, but does not say that it is the last one: a recorded stream, or a cut one.
    Open,
    /// Bytes are missing.
    Cut,
}

/// An Ogg page is at most 65307 bytes long, so one begins in the last 128 KiB.
const OGG_TAIL_BYTES: u64 = 128 << 10;
const OGG_HEAD_BYTES: usize = 27;
const OGG_LAST_PAGE: u8 = 4;

/// Looks at the container's own sizes; leaves the file at its beginning.
pub fn ending(file: &mut File) -> io::Result<Ending> {
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(0))?;
    let mut head = Vec::new();
    Read::by_ref(file).take(12).read_to_end(&mut head)?;
    let ending = match head.as_slice() {
        [b'F', b'O', b'R', b'M', a, b, c, d, b'A', b'I', b'F', b'F' | b'C'] => {
            let form_bytes = u64::from(u32::from_be_bytes([*a, *b, *c, *d]));
            if length < form_bytes + 8 { Ending::Cut } else { Ending::Whole }
        }
        [b'O', b'g', b'g', b'S', ..] => {
            file.seek(SeekFrom::Start(length.saturating_sub(OGG_TAIL_BYTES)))?;
            let mut tail = Vec::new();
            file.read_to_end(&mut tail)?;
            ogg_ending(&tail)
        }
        _ => Ending::Whole,
    };
    file.seek(SeekFrom::Start(0))?;
    Ok(ending)
}

/// Follows the pages of the tail from the first true one: its end must be the next one's beginning.
fn ogg_ending(tail: &[u8]) -> Ending {
    let mut begin = 0;
    let mut last_flags = None;
    while let Some(page) = tail.get(begin..) {
        if page.is_empty() {
            break;
        }
        if !page.starts_with(b"OggS") {
            if last_flags.is_none() {
                begin += 1;
                continue;
            }
            // What follows a whole page and is no page is something else, such as a tag.
            return if b"OggS".starts_with(page) { Ending::Cut } else { Ending::Whole };
        }
        let segments = page.get(26).map_or(0, |&count| usize::from(count));
        let Some(table) = page.get(OGG_HEAD_BYTES..OGG_HEAD_BYTES + segments) else {
            return Ending::Cut;
        };
        let page_bytes = OGG_HEAD_BYTES + segments + table.iter().map(|&bytes| usize::from(bytes)).sum::<usize>();
        if page_bytes > page.len() {
            return Ending::Cut;
        }
        // The four letters can stand in audio as well; a page that is followed by none, and not by the end, is not one.
        let next = &page[page_bytes..];
        if last_flags.is_none() && !next.is_empty() && !next.starts_with(b"OggS") && next.len() >= 4 {
            begin += 1;
            continue;
        }
        last_flags = Some(page[5]);
        begin += page_bytes;
    }
    match last_flags {
        Some(flags) if flags & OGG_LAST_PAGE != 0 => Ending::Whole,
        Some(_) => Ending::Open,
        None => Ending::Cut,
    }
}
