//! The code of a component: in a file of the cache, or in memory if there is no cache.

use crate::plugin::cache::{Cache, Key};
use crate::plugin::draft::Draft;
use crate::plugin::engine::Engine;
use crate::plugin::purpose::Purpose;
use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::os::fd::AsRawFd;
use wasmtime::component::Component;

/// A compiled component.
pub(in super::super) struct Code {
    purpose: Purpose,
    place: Place,
}

pub(super) enum Place {
    /// In the cache.
    File(File),
    /// On its way into the cache.
    Draft(Draft),
    Bytes(Vec<u8>),
}

impl Code {
    pub(super) fn new(purpose: Purpose, place: Place) -> Self {
        Self { purpose, place }
    }

    /// Code of the cache with its component, if it is for this use.
    pub(in super::super) fn of_file(engine: &Engine, purpose: Purpose, file: File) -> Option<(Self, Component)> {
        let component = map(engine.machine(purpose), &file).ok()?;
        Some((Self::new(purpose, Place::File(file)), component))
    }

    pub(super) fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// Writes it into the cache, and a note with the code's digest. If the disk is full, this start
    /// continues, and the next one has to compile again.
    pub(in super::super) fn keep(
        &mut self,
        engine: &Engine,
        key: &Key,
        note: impl FnOnce(&Cache, String) -> io::Result<()>,
    ) {
        let (Some(cache), Place::Draft(draft)) = (engine.cache(), &mut self.place) else { return };
        let written = cache.put_code(key, draft).and_then(|digest| note(cache, digest.clone()).map(|()| digest));
        match written.map(|digest| cache.code(key, &digest)) {
            Ok(Some(file)) => self.place = Place::File(file),
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "cannot write a compiled plugin to the cache"),
        }
    }

    /// The component, mapped from its file if it has one, so that its pages are shared with the file.
    pub(in super::super) fn component(&self, engine: &Engine) -> wasmtime::Result<Component> {
        let machine = engine.machine(self.purpose);
        match &self.place {
            Place::File(file) => map(machine, file),
            Place::Draft(draft) => map(machine, draft.file()),
            Place::Bytes(bytes) => deserialize(machine, bytes),
        }
    }

    /// Where its bytes can be read, and their number.
    pub(super) fn reader(&mut self) -> io::Result<(Box<dyn io::Read + Send + '_>, u64)> {
        let mut file: &File = match &self.place {
            Place::File(file) => file,
            Place::Draft(draft) => draft.file(),
            Place::Bytes(bytes) => return Ok((Box::new(&bytes[..]), bytes.len() as u64)),
        };
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(0))?;
        Ok((Box::new(file), length))
    }
}

#[allow(unsafe_code, reason = "machine code is taken from another process, which wasmtime cannot check")]
pub(super) fn deserialize(machine: &wasmtime::Engine, code: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: the bytes are what `precompile_component` gave, here or in a process that runs this very program, and no other
    // process has had the pipe through which they came. wasmtime refuses code of other settings.
    unsafe { Component::deserialize(machine, code) }
}

/// Maps code of the cache.
#[allow(unsafe_code, reason = "machine code is mapped from a file, which wasmtime cannot check")]
pub(in super::super) fn map(machine: &wasmtime::Engine, file: &File) -> wasmtime::Result<Component> {
    // The path of the open file itself: another file may have its name by now.
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    // SAFETY: this server wrote the file, from what `precompile_component` gave, into a folder that is closed to all other
    // users. The cache has compared its digest with the one that was noted when it was written.
    unsafe { Component::deserialize_file(machine, path) }
}
