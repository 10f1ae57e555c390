//! The functions that a plugin of this version may import from the host.

use super::bindings::dialplate::provision::{host, types};
use super::convert;
use crate::plugin::call::Call;
use tracing::Level;
use wasmtime::Result;

impl types::Host for Call {}

impl host::Host for Call {
    async fn now(&mut self) -> Result<types::Instant> {
        Ok(convert::instant(Call::time(self)?))
    }

    fn insert_microtime(&mut self, offset: u32) -> Result<()> {
        Ok(Call::insert_microtime(self, offset)?)
    }

    async fn contacts(&mut self) -> Result<Vec<types::Table>> {
        let tables = Call::contacts(self).await?;
        Ok(tables.iter().map(convert::table).collect())
    }

    async fn extension(&mut self, number: String) -> Result<types::Table> {
        Ok(convert::table(&Call::extension(self, number).await?))
    }

    async fn server_variables(&mut self) -> Result<Vec<(String, String)>> {
        Ok(Call::server_variables(self)?)
    }

    fn log(&mut self, level: types::Level, message: String) -> Result<()> {
        let level = match level {
            types::Level::Debug => Level::DEBUG,
            types::Level::Info => Level::INFO,
            types::Level::Warn => Level::WARN,
            types::Level::Error => Level::ERROR,
        };
        Call::log(self, level, &message);
        Ok(())
    }
}
