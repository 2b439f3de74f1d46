//! What the library says to the console, or to the file that `NICE_LOG` names: warnings and errors, nothing else.

use nice_plug::log::writer_from_env;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::FmtSubscriber;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;

/// Sets the log up for this library, once.
pub fn set_up() {
    let subscriber = FmtSubscriber::builder()
        .with_max_level(LevelFilter::WARN)
        .with_target(false)
        .without_time()
        .with_ansi(false)
        .with_writer(writer_from_env())
        .finish()
        // On X11 it warns whenever a window is closed, because its thread ends before it can be asked to.
        .with(Targets::new().with_default(LevelFilter::WARN).with_target("baseview", LevelFilter::ERROR));
    // Fails only if there is one already.
    let _ = tracing::subscriber::set_global_default(subscriber);
}
