//! The gain trace: dynamic gain of every band, channel and frame, and the header that explains it.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::error::Failure;
use crate::staging::{OutputFile, is_device};

/// Writes raw little-endian floats, frame by frame, bands within, channels within these.
pub struct TraceSink {
    file: OutputFile,
    /// None beside a device or pipe.
    header: Option<OutputFile>,
    bytes: Vec<u8>,
    values: u64,
}

/// Where the header of a trace stands: beside it, but nothing stands beside a device or pipe.
#[must_use]
pub fn header_path(trace: &Path) -> Option<PathBuf> {
    let mut path = trace.as_os_str().to_owned();
    path.push(".json");
    (!is_device(trace)).then(|| PathBuf::from(path))
}

impl TraceSink {
    /// Begins a trace and its header.
    pub fn create(path: &Path, overwrite: bool) -> Result<Self, Failure> {
        Ok(Self {
            file: OutputFile::create(path, overwrite)?,
            header: header_path(path).map(|path| OutputFile::create(&path, overwrite)).transpose()?,
            bytes: Vec::new(),
            values: 0,
        })
    }

    /// Appends frames.
    pub fn write(&mut self, gains_db: &[f32]) -> Result<(), Failure> {
        self.bytes.clear();
        self.bytes.extend(gains_db.iter().flat_map(|gain| gain.to_le_bytes()));
        self.values += gains_db.len() as u64;
        self.file.write(&self.bytes)
    }

    /// Writes the header; what is returned is to be committed.
    pub fn finish(mut self, sample_rate_hz: u32, bands: usize, channels: usize) -> Result<Vec<OutputFile>, Failure> {
        let header = json!({
            "format": "octant-gain-trace",
            "version": 1,
            "sample_rate": sample_rate_hz,
            "frames": self.values / (bands * channels) as u64,
            "bands": bands,
            "channels": channels,
            "stride": 1,
            "unit": "dB",
        });
        if let Some(file) = &mut self.header {
            file.write(format!("{header}\n").as_bytes())?;
        }
        Ok(std::iter::once(self.file).chain(self.header).collect())
    }
}
