//! JACK's wires: cpal connects the ports of every stream; this takes the wires away again before anything sounds.

use jack::{Client, ClientOptions, PortFlags};

use crate::error::Failure;

/// Disconnects all ports of this program.
pub fn disconnect() -> Result<(), Failure> {
    let refuse = |e: jack::Error| Failure::device(format!("--no-connect: JACK does not take the wires away: {e}"));
    let (client, _) = Client::new("octant_wires", ClientOptions::NO_START_SERVER).map_err(refuse)?;
    let own = format!("^cpal_client_{}_", std::process::id());
    for name in client.ports(Some(&own), None, PortFlags::empty()) {
        if let Some(port) = client.port_by_name(&name) {
            client.disconnect(&port).map_err(refuse)?;
        }
    }
    Ok(())
}
