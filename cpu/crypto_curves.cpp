#include "cpu/crypto_curves.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include <array>
#include <memory>
#include <utility>

#include "base/assert.h"

namespace cpu {
namespace {

struct Free {
  void operator()(BIGNUM* n) const { BN_clear_free(n); }
  void operator()(BN_CTX* context) const { BN_CTX_free(context); }
  void operator()(EC_GROUP* group) const { EC_GROUP_free(group); }
  void operator()(EC_POINT* point) const { EC_POINT_clear_free(point); }
};
using Big = std::unique_ptr<BIGNUM, Free>;
using Context = std::unique_ptr<BN_CTX, Free>;
using Group = std::unique_ptr<EC_GROUP, Free>;
using Point = std::unique_ptr<EC_POINT, Free>;

const unsigned char* raw(CurveView bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
Big number(CurveView bytes) { return Big{BN_bin2bn(raw(bytes), static_cast<int>(bytes.size()), nullptr)}; }
Big small(BN_ULONG value) {
  Big result{BN_new()};
  BN_set_word(result.get(), value);
  return result;
}
Big decimal(const char* digits) {
  BIGNUM* result = nullptr;
  Z_ASSERT(BN_dec2bn(&result, digits) != 0);
  return Big{result};
}
Big hexadecimal(const char* digits) {
  BIGNUM* result = nullptr;
  Z_ASSERT(BN_hex2bn(&result, digits) != 0);
  return Big{result};
}
CurveBytes bytes_of(const Big& value, std::size_t length) {
  CurveBytes result(length);
  Z_ASSERT(BN_bn2binpad(value.get(), reinterpret_cast<unsigned char*>(result.data()), static_cast<int>(length)) >= 0);
  return result;
}

// Arithmetic modulo a prime.
class Field {
 public:
  explicit Field(Big modulus) : modulus_(std::move(modulus)), context_(BN_CTX_new()) {}
  Big product(const Big& a, const Big& b) const { return apply(BN_mod_mul, a, b); }
  Big sum(const Big& a, const Big& b) const { return apply(BN_mod_add, a, b); }
  Big difference(const Big& a, const Big& b) const { return apply(BN_mod_sub, a, b); }
  Big quotient(const Big& a, const Big& b) const {
    if (BN_is_zero(b.get())) return small(0);
    const Big inverse{BN_mod_inverse(nullptr, b.get(), modulus_.get(), context_.get())};
    return product(a, inverse);
  }
  Big reduced(const Big& a) const { return apply(BN_mod_add, a, small(0)); }
  bool equal(const Big& a, const Big& b) const { return BN_is_zero(difference(a, b).get()); }

 private:
  using Operation = int (*)(BIGNUM*, const BIGNUM*, const BIGNUM*, const BIGNUM*, BN_CTX*);
  Big apply(Operation operation, const Big& a, const Big& b) const {
    Big result{BN_new()};
    Z_ASSERT(operation(result.get(), a.get(), b.get(), modulus_.get(), context_.get()) == 1);
    return result;
  }
  Big modulus_;
  Context context_;
};

Big prime_of(Curve curve) {
  const bool is_448 = curve == Curve::ed448 || curve == Curve::x448;
  Big prime = small(0);
  BN_set_bit(prime.get(), is_448 ? 448 : 255);
  if (!is_448) {
    BN_sub_word(prime.get(), 19);
    return prime;
  }
  Big middle = small(0);
  BN_set_bit(middle.get(), 224);
  BN_sub(prime.get(), prime.get(), middle.get());
  BN_sub_word(prime.get(), 1);
  return prime;
}

// RFC 8032, 5.1 and 5.2: a x^2 + y^2 = 1 + d x^2 y^2 with a = -1 or 1.
struct Edwards {
  explicit Edwards(Curve curve) : field(prime_of(curve)) {
    if (curve == Curve::ed25519) {
      a = field.difference(small(0), small(1));
      d = field.difference(small(0), field.quotient(small(121665), small(121666)));
      order = decimal("7237005577332262213973186563042994240857116359379907606001950938285454250989");
    } else {
      a = small(1);
      d = field.difference(small(0), small(39081));
      order = hexadecimal("3FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF7CCA23E9C44EDB49AED63690216CC2728DC58F552378C292AB5844F3");
    }
  }
  Field field;
  Big a, d, order;
};

struct Projective {
  Big x, y, z;
};

// Bernstein, Birkner, Joye, Lange, Peters: "Twisted Edwards Curves", section 6; it doubles too.
Projective sum(const Edwards& c, const Projective& p, const Projective& q) {
  const Field& f = c.field;
  const Big aa = f.product(p.z, q.z), bb = f.product(aa, aa), cc = f.product(p.x, q.x), dd = f.product(p.y, q.y);
  const Big ee = f.product(c.d, f.product(cc, dd)), ff = f.difference(bb, ee), gg = f.sum(bb, ee);
  const Big cross = f.difference(f.difference(f.product(f.sum(p.x, p.y), f.sum(q.x, q.y)), cc), dd);
  return {f.product(aa, f.product(ff, cross)), f.product(aa, f.product(gg, f.difference(dd, f.product(c.a, cc)))), f.product(ff, gg)};
}

bool is_on_curve(const Edwards& c, const Big& x, const Big& y) {
  const Field& f = c.field;
  const Big xx = f.product(x, x), yy = f.product(y, y);
  return f.equal(f.sum(f.product(c.a, xx), yy), f.sum(small(1), f.product(c.d, f.product(xx, yy))));
}

bool is_scalar(const Big& scalar, const BIGNUM* order) { return !BN_is_zero(scalar.get()) && BN_cmp(scalar.get(), order) < 0; }

std::optional<CurvePoint> multiply_edwards(Curve curve, CurveView x, CurveView y, CurveView scalar) {
  const Edwards edwards{curve};
  const Big px = number(x), py = number(y), factor = number(scalar);
  if (!is_on_curve(edwards, px, py) || !is_scalar(factor, edwards.order.get())) return std::nullopt;
  Projective point{edwards.field.reduced(px), edwards.field.reduced(py), small(1)};
  Projective result{small(0), small(1), small(1)};
  for (int bit = BN_num_bits(factor.get()); bit-- > 0;) {
    result = sum(edwards, result, result);
    if (BN_is_bit_set(factor.get(), bit)) result = sum(edwards, result, point);
  }
  const std::size_t length = field_length(curve);
  return CurvePoint{bytes_of(edwards.field.quotient(result.x, result.z), length),
                    bytes_of(edwards.field.quotient(result.y, result.z), length)};
}

struct PrimeCurve {
  explicit PrimeCurve(Curve curve)
      : group(EC_GROUP_new_by_curve_name(curve == Curve::p256 ? NID_X9_62_prime256v1 : curve == Curve::p384 ? NID_secp384r1 : NID_secp521r1)),
        context(BN_CTX_new()) {}
  const BIGNUM* order() const { return EC_GROUP_get0_order(group.get()); }
  Point point() const { return Point{EC_POINT_new(group.get())}; }
  // Nothing: it is not on the curve.
  Point point_at(CurveView x, CurveView y) const {
    Point result = point();
    const Big px = number(x), py = number(y);
    if (EC_POINT_set_affine_coordinates(group.get(), result.get(), px.get(), py.get(), context.get()) != 1) return nullptr;
    return result;
  }
  std::optional<std::pair<Big, Big>> coordinates(const Point& point) const {
    Big x{BN_new()}, y{BN_new()};
    if (EC_POINT_get_affine_coordinates(group.get(), point.get(), x.get(), y.get(), context.get()) != 1) return std::nullopt;
    return std::pair{std::move(x), std::move(y)};
  }
  Group group;
  Context context;
};

}  // namespace

std::size_t field_length(Curve curve) {
  switch (curve) {
    case Curve::p256: case Curve::ed25519: case Curve::x25519: return 32;
    case Curve::p384: return 48;
    case Curve::p521: return 80;
    case Curve::ed448: case Curve::x448: return 64;
  }
  return 0;
}

std::optional<CurvePoint> multiply_point(Curve curve, CurveView x, CurveView y, CurveView scalar) {
  if (curve == Curve::ed25519 || curve == Curve::ed448) return multiply_edwards(curve, x, y, scalar);
  const PrimeCurve prime{curve};
  const Point source = prime.point_at(x, y), result = prime.point();
  const Big factor = number(scalar);
  if (source == nullptr || !is_scalar(factor, prime.order())) return std::nullopt;
  Z_ASSERT(EC_POINT_mul(prime.group.get(), result.get(), nullptr, source.get(), factor.get(), prime.context.get()) == 1);
  const auto found = prime.coordinates(result);
  Z_ASSERT(found.has_value());
  return CurvePoint{bytes_of(found->first, field_length(curve)), bytes_of(found->second, field_length(curve))};
}

// RFC 7748, section 5, without the swaps that hide the scalar from a watcher.
CurveBytes multiply_coordinate(Curve curve, CurveView u, CurveView scalar) {
  const Field f{prime_of(curve)};
  const Big a24 = small(curve == Curve::x25519 ? 121665 : 39081);
  const Big x1 = f.reduced(number(u)), factor = number(scalar);
  Big x2 = small(1), z2 = small(0), x3 = f.reduced(x1), z3 = small(1);
  for (int bit = BN_num_bits(factor.get()); bit-- > 0;) {
    const bool is_one = BN_is_bit_set(factor.get(), bit) != 0;
    if (is_one) {
      std::swap(x2, x3);
      std::swap(z2, z3);
    }
    const Big a = f.sum(x2, z2), b = f.difference(x2, z2), c = f.sum(x3, z3), d = f.difference(x3, z3);
    const Big aa = f.product(a, a), bb = f.product(b, b), e = f.difference(aa, bb), da = f.product(d, a), cb = f.product(c, b);
    const Big plus = f.sum(da, cb), minus = f.difference(da, cb);
    x3 = f.product(plus, plus);
    z3 = f.product(x1, f.product(minus, minus));
    x2 = f.product(aa, bb);
    z2 = f.product(e, f.sum(aa, f.product(a24, e)));
    if (is_one) {
      std::swap(x2, x3);
      std::swap(z2, z3);
    }
  }
  return bytes_of(f.quotient(x2, z2), field_length(curve));
}

// FIPS 186-5, 6.4: r is the x coordinate of k G, s is (hash + r d) / k.
std::optional<Signature> sign_hash(Curve curve, CurveView hash, CurveView key, std::optional<CurveView> nonce) {
  const PrimeCurve prime{curve};
  const Big private_key = number(key);
  Big k = nonce ? number(*nonce) : small(0);
  if (!nonce) Z_ASSERT(BN_priv_rand_range(k.get(), prime.order()) == 1);
  if (!is_scalar(private_key, prime.order()) || !is_scalar(k, prime.order())) return std::nullopt;
  const Point point = prime.point();
  Z_ASSERT(EC_POINT_mul(prime.group.get(), point.get(), k.get(), nullptr, nullptr, prime.context.get()) == 1);
  const auto coordinates = prime.coordinates(point);
  if (!coordinates) return std::nullopt;
  const Field scalars{Big{BN_dup(prime.order())}};
  const Big r = scalars.reduced(coordinates->first);
  const Big s = scalars.quotient(scalars.sum(number(hash), scalars.product(r, private_key)), k);
  if (BN_is_zero(r.get()) || BN_is_zero(s.get())) return std::nullopt;
  return Signature{bytes_of(r, field_length(curve)), bytes_of(s, field_length(curve))};
}

bool verify_hash(Curve curve, const Signature& signature, CurveView hash, const CurvePoint& key) {
  const PrimeCurve prime{curve};
  const Point public_key = prime.point_at(key.x, key.y), result = prime.point();
  const Big r = number(signature.r), s = number(signature.s);
  if (public_key == nullptr || !is_scalar(r, prime.order()) || !is_scalar(s, prime.order())) return false;
  const Field scalars{Big{BN_dup(prime.order())}};
  const Big of_base = scalars.quotient(number(hash), s), of_key = scalars.quotient(r, s);
  Z_ASSERT(EC_POINT_mul(prime.group.get(), result.get(), of_base.get(), public_key.get(), of_key.get(), prime.context.get()) == 1);
  const auto coordinates = prime.coordinates(result);
  return coordinates && BN_cmp(scalars.reduced(coordinates->first).get(), r.get()) == 0;
}

}  // namespace cpu
