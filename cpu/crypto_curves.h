#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

// Elliptic curves of message-security-assist extension 9 on libcrypto's bignums, points and signatures. Numbers are big-endian
// and as long as the curve's fields in parameter blocks. PoP ch. 7, PCC and KDSA.
namespace cpu {

using CurveBytes = std::vector<std::byte>;
using CurveView = std::span<const std::byte>;

enum class Curve : std::uint8_t { p256, p384, p521, ed25519, ed448, x25519, x448 };

std::size_t field_length(Curve curve);

struct CurvePoint {
  CurveBytes x, y;
};
// Nothing: the point is not on the curve, or the scalar is zero or not less than the order.
std::optional<CurvePoint> multiply_point(Curve curve, CurveView x, CurveView y, CurveView scalar);
// The u coordinate of the multiple, by the ladder of RFC 7748; the scalar is taken as it is.
CurveBytes multiply_coordinate(Curve curve, CurveView u, CurveView scalar);

struct Signature {
  CurveBytes r, s;
};
// ECDSA of a hash. The nonce is at random unless it is given. Nothing: key or nonce is no scalar of the curve.
std::optional<Signature> sign_hash(Curve curve, CurveView hash, CurveView key, std::optional<CurveView> nonce);
bool verify_hash(Curve curve, const Signature& signature, CurveView hash, const CurvePoint& key);

// EdDSA of a message (RFC 8032); the private key is a string of bytes, not a number.
std::optional<Signature> sign_message(Curve curve, CurveView message, CurveView key);
bool verify_message(Curve curve, const Signature& signature, CurveView message, CurveView key);

}  // namespace cpu
