#include "terminal/server.h"

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <charconv>
#include <deque>
#include <set>
#include <thread>

namespace terminal {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Tcp = asio::ip::tcp;

constexpr std::size_t most_connections = 256;
// What may wait for a client that takes nothing. A user that heeds confirmations never comes near.
constexpr std::size_t most_unsent = 4 * 1024 * 1024;

// A connection lives on the server's thread; what other threads ask reaches it by post.
class Connection {
 public:
  virtual ~Connection() = default;
  virtual void run() = 0;
  virtual void end() = 0;
};
using Leave = std::function<void(const std::shared_ptr<Connection>&)>;

template <class Stream>
class StreamConnection final : public Connection, public Session, public std::enable_shared_from_this<StreamConnection<Stream>> {
 public:
  StreamConnection(Stream stream, const Seating& seating, Leave leave)
      : stream_(std::move(stream)), seating_(seating), leave_(std::move(leave)),
        protocol_([this](const TerminalRequest& request) { return take_seat(request); }) {}

  void run() override {
    if constexpr (is_tls) {
      stream_.async_handshake(asio::ssl::stream_base::server,
                              [self = this->shared_from_this()](error_code error) { error ? self->end() : self->begin(); });
    } else {
      begin();
    }
  }

  void end() override {
    if (std::exchange(ended_, true)) return;
    error_code ignored;
    stream_.lowest_layer().close(ignored);
    if (user_) std::exchange(user_, nullptr)->disconnected();
    leave_(this->shared_from_this());
  }

  void send(std::uint8_t command, std::span<const std::byte> data) override {
    post([command, data = Bytes{data.begin(), data.end()}](StreamConnection& self) {
      self.write(self.protocol_.record(command, data));
    });
  }
  void close() override {
    post([](StreamConnection& self) { self.end_when_written(); });
  }
  bool confirms() const override { return confirms_; }
  const std::string& type() const override { return type_; }
  const std::string& name() const override { return name_; }

 private:
  static constexpr bool is_tls = !std::is_same_v<Stream, Tcp::socket>;

  template <class Act>
  void post(Act act) {
    asio::post(stream_.get_executor(), [weak = this->weak_from_this(), act = std::move(act)]() mutable {
      if (const auto self = weak.lock(); self && !self->ended_) act(*self);
    });
  }

  std::expected<std::string, Refusal> take_seat(const TerminalRequest& request) {
    auto seat = seating_(request);
    if (!seat) return std::unexpected{seat.error()};
    if (user_) user_->disconnected();  // the client asks for another place than the one it was given
    user_ = std::move(seat->user);
    return std::move(seat->name);
  }

  void begin() {
    write(protocol_.begin());
    read();
  }

  void read() {
    stream_.async_read_some(asio::buffer(incoming_), [self = this->shared_from_this()](error_code error, std::size_t size) {
      if (self->ended_) return;
      if (error) return self->end();
      self->take(std::span{self->incoming_}.first(size));
      if (!self->ended_) self->read();
    });
  }

  void take(std::span<const std::byte> stream) {
    const auto reply = protocol_.receive(stream);
    if (!reply) return end();
    if (!reply->bytes.empty()) write(reply->bytes);
    for (const auto& event : reply->events)
      if (!ended_) std::visit([this](const auto& heard) { this->hear(heard); }, event);
  }

  void hear(const Tn3270::Opened&) {
    confirms_ = protocol_.confirms();
    type_ = protocol_.request().type;
    name_ = protocol_.name();
    user_->connected(this->shared_from_this());
  }
  void hear(const Tn3270::Received& received) { user_->received(received.bytes); }
  void hear(const Tn3270::Confirmed& confirmed) { user_->confirmed(confirmed.confirmation); }
  void hear(const Tn3270::Closed&) { end_when_written(); }

  void write(Bytes bytes) {
    unsent_ += bytes.size();
    if (unsent_ > most_unsent) return end();
    outgoing_.push_back(std::move(bytes));
    if (outgoing_.size() == 1) write_next();
  }

  void write_next() {
    asio::async_write(stream_, asio::buffer(outgoing_.front()), [self = this->shared_from_this()](error_code error, std::size_t) {
      if (self->ended_) return;
      if (error) return self->end();
      self->unsent_ -= self->outgoing_.front().size();
      self->outgoing_.pop_front();
      if (!self->outgoing_.empty()) self->write_next();
      else if (self->ending_) self->end();
    });
  }

  void end_when_written() {
    ending_ = true;
    if (outgoing_.empty()) end();
  }

  Stream stream_;
  const Seating& seating_;
  const Leave leave_;
  Tn3270 protocol_;
  std::shared_ptr<User> user_;
  std::array<std::byte, 4096> incoming_;
  std::deque<Bytes> outgoing_;
  std::size_t unsent_ = 0;
  bool ended_ = false;
  bool ending_ = false;
  // Do not change any more once the user knows the session.
  bool confirms_ = false;
  std::string type_;
  std::string name_;
};

class AsioServer final : public Server {
 public:
  explicit AsioServer(Seating seating) : seating_(std::move(seating)) {}
  ~AsioServer() override {
    asio::post(context_, [this] {
      error_code ignored;
      acceptor_.close(ignored);
      for (const auto& connection : std::set{connections_}) connection->end();
    });
    work_.reset();
    if (thread_.joinable()) thread_.join();
  }

  z::Result<> open(const Listen& listen) {
    error_code error;
    if (!listen.certificate.empty()) Z_CHECK(prepare_tls(listen));
    const auto address = asio::ip::make_address(listen.host, error);
    if (error) return z::failure("{}: address \"{}\" to listen at", error.message(), listen.host);
    const Tcp::endpoint endpoint{address, listen.port};
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(Tcp::acceptor::reuse_address{true}, error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) return z::failure("{}: listen at {}:{} for terminals", error.message(), listen.host, listen.port);
    port_ = acceptor_.local_endpoint(error).port();
    accept();
    thread_ = std::jthread{[this] { context_.run(); }};
    return {};
  }

  std::uint16_t port() const override { return port_; }

 private:
  z::Result<> prepare_tls(const Listen& listen) {
    error_code error;
    tls_.emplace(asio::ssl::context::tls_server);
    tls_->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1, error);
    if (!error) tls_->use_certificate_chain_file(listen.certificate, error);
    if (error) return z::failure("{}: certificate {}", error.message(), listen.certificate);
    tls_->use_private_key_file(listen.key, asio::ssl::context::pem, error);
    if (error) return z::failure("{}: key {}", error.message(), listen.key);
    return {};
  }

  void accept() {
    acceptor_.async_accept([this](error_code error, Tcp::socket socket) {
      if (!acceptor_.is_open()) return;
      if (!error && connections_.size() < most_connections) add(std::move(socket));
      accept();
    });
  }

  void add(Tcp::socket socket) {
    error_code ignored;
    socket.set_option(Tcp::no_delay{true}, ignored);
    socket.set_option(asio::socket_base::keep_alive{true}, ignored);
    if (tls_) add(asio::ssl::stream<Tcp::socket>{std::move(socket), *tls_});
    else add<Tcp::socket>(std::move(socket));
  }
  template <class Stream>
  void add(Stream stream) {
    const auto connection = std::make_shared<StreamConnection<Stream>>(
        std::move(stream), seating_, [this](const std::shared_ptr<Connection>& ended) { connections_.erase(ended); });
    connections_.insert(connection);
    connection->run();
  }

  const Seating seating_;
  asio::io_context context_{1};
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_{context_.get_executor()};
  std::optional<asio::ssl::context> tls_;
  Tcp::acceptor acceptor_{context_};
  std::set<std::shared_ptr<Connection>> connections_;
  std::uint16_t port_ = 0;
  std::jthread thread_;
};

}  // namespace

z::Result<Listen> parse_listen(std::string_view text) {
  Listen listen;
  auto port = text;
  if (const auto colon = text.rfind(':'); colon != std::string_view::npos) {
    auto host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    listen.host = host;
    port = text.substr(colon + 1);
  }
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), listen.port);
  if (error != std::errc{} || end != port.data() + port.size() || listen.host.empty())
    return z::failure("listen={}: write HOST:PORT, for example 127.0.0.1:3270", text);
  return listen;
}

z::Result<std::unique_ptr<Server>> Server::start(const Listen& listen, Seating seating) {
  auto server = std::make_unique<AsioServer>(std::move(seating));
  Z_CHECK(server->open(listen));
  return server;
}

}  // namespace terminal
