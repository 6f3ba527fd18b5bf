//! The address of the caller, where proxies may stand between.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;
use ipnet::IpNet;

/// The socket's address; when that is a trusted proxy, the first address of `X-Forwarded-For`, read from the right, that
/// is none. The left part is what the caller wrote itself, so it's never reached over an untrusted hop; an entry that is
/// no address ends the walk.
pub(super) fn client_ip(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let mut client = peer.to_canonical();
    let lines: Vec<&str> =
        headers.get_all("x-forwarded-for").iter().map(|line| line.to_str().unwrap_or_default()).collect();
    for hop in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        if !trusted.iter().any(|net| net.contains(&client)) {
            break;
        }
        match address(hop.trim()) {
            Some(next) => client = next,
            None => break,
        }
    }
    client
}

/// An address, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    text.parse::<IpAddr>()
        .or_else(|_| text.parse::<SocketAddr>().map(|socket| socket.ip()))
        .or_else(|_| text.trim_start_matches('[').trim_end_matches(']').parse())
        .ok()
        .map(|ip| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&str]) -> String {
        let trusted = ["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        client_ip(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn a_stranger_cannot_choose_its_address() {
        assert_eq!(seen("8.8.8.8", &["1.1.1.1"]), "8.8.8.8");
        assert_eq!(seen("10.0.0.1", &["1.1.1.1, 9.9.9.9"]), "9.9.9.9");
        assert_eq!(seen("10.0.0.1", &["1.1.1.1", "9.9.9.9, 10.2.3.4"]), "9.9.9.9");
    }

    #[test]
    fn the_same_address_is_written_in_two_ways() {
        assert_eq!(seen("::ffff:8.8.8.8", &["1.1.1.1"]), "8.8.8.8");
        assert_eq!(seen("10.0.0.1", &["9.9.9.9, ::ffff:10.0.0.2"]), "9.9.9.9");
        assert_eq!(seen("0:0:0:0:0:0:0:1", &["2001:DB8:0::1"]), "2001:db8::1");
    }

    #[test]
    fn nothing_is_read_left_of_what_is_no_address() {
        for junk in ["", " ", ",", "unknown", "_hidden", "9.9.9", "9.9.9.9/8"] {
            assert_eq!(seen("10.0.0.1", &["1.1.1.1", junk]), "10.0.0.1", "{junk:?}");
            assert_eq!(seen("10.0.0.1", &[&format!("1.1.1.1, {junk}, 10.0.0.2")]), "10.0.0.2", "{junk:?}");
        }
    }

    #[test]
    fn odd_hops() {
        assert_eq!(seen("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &["1.1.1.1, junk"]), "10.0.0.1");
        assert_eq!(seen("::1", &["9.9.9.9:4711"]), "9.9.9.9");
        assert_eq!(seen("::1", &["[2001:db8::1]:80"]), "2001:db8::1");
        assert_eq!(seen("::ffff:10.0.0.1", &["::ffff:9.9.9.9"]), "9.9.9.9");
        assert_eq!(seen("10.0.0.1", &["10.0.0.9, 10.0.0.2"]), "10.0.0.9");
    }
}
