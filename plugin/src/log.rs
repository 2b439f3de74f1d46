//! What the library says to the console, or to the file that `NICE_LOG` names: warnings and errors, nothing else.

use nice_plug::log::writer_from_env;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::FmtSubscriber;

/// Sets the log up for this library; whether that worked.
pub fn set_up() -> bool {
    let subscriber = FmtSubscriber::builder()
        .with_max_level(LevelFilter::WARN)
        .with_target(false)
        .without_time()
        .with_ansi(false)
        .with_writer(writer_from_env())
        .finish();
    tracing::subscriber::set_global_default(subscriber).is_ok()
}
