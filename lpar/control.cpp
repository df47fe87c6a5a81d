#include "lpar/control.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <boost/asio.hpp>
#include <charconv>
#include <cerrno>
#include <deque>
#include <set>
#include <thread>

namespace lpar {
namespace {

namespace asio = boost::asio;
using Socket = asio::local::stream_protocol::socket;

class Server;

// One connection. Lives on the server's thread; answers reach it by post.
class Session : public std::enable_shared_from_this<Session> {
 public:
  enum class Role { command, operator_console };
  Session(Server& server, Socket socket, Role role) : server_(server), socket_(std::move(socket)), role_(role) {}

  void read();
  void write(std::string line);
  void close() {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }
  bool drained() const { return outgoing_.empty(); }
  Role role() const { return role_; }

 private:
  void write_next();

  Server& server_;
  Socket socket_;
  Role role_;
  asio::streambuf incoming_{65536};
  std::deque<std::string> outgoing_;
};

class Server final : public ControlServer {
 public:
  explicit Server(Handlers handlers) : handlers_(std::move(handlers)) {}
  ~Server() override { stop(); }

  z::Result<> open(const std::filesystem::path& path, z::Fd operator_console) {
    boost::system::error_code error;
    std::filesystem::create_directories(path.parent_path());
    std::filesystem::remove(path);
    const asio::local::stream_protocol::endpoint endpoint{path.string()};
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) ::chmod(path.c_str(), 0600);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) return z::failure("{}: command socket {}", error.message(), path.string());
    path_ = path;
    if (operator_console) {
      Socket socket{context_};
      socket.assign(endpoint.protocol(), ::dup(operator_console.get()), error);
      add(std::move(socket), Session::Role::operator_console);
    }
    accept();
    thread_ = std::jthread{[this] { context_.run(); }};
    return {};
  }

  void tell_operator(std::string_view text) override { tell(fmt::format("!{}\n", text)); }
  void tell_state(std::string_view state) override { tell(fmt::format("*{}\n", state)); }
  void tell(std::string line) {
    asio::post(context_, [this, line = std::move(line)] {
      for (const auto& session : sessions_)
        if (session->role() == Session::Role::operator_console) session->write(line);
    });
  }

  void stop() override {
    if (!thread_.joinable()) return;
    asio::post(context_, [this] {
      stopping_ = true;
      boost::system::error_code ignored;
      acceptor_.close(ignored);
      close_drained();
    });
    thread_.join();
    std::filesystem::remove(path_);
  }

  void removed(const std::shared_ptr<Session>& session) {
    session->close();
    if (sessions_.erase(session) != 0 && session->role() == Session::Role::operator_console && !stopping_)
      handlers_.operator_left();
  }
  void close_drained() {
    if (!stopping_) return;
    std::erase_if(sessions_, [](const auto& session) {
      if (!session->drained()) return false;
      session->close();
      return true;
    });
  }
  void command(const std::shared_ptr<Session>& session, std::string text);
  asio::io_context& context() { return context_; }

 private:
  void add(Socket socket, Session::Role role) {
    auto session = std::make_shared<Session>(*this, std::move(socket), role);
    sessions_.insert(session);
    session->read();
  }
  void accept() {
    acceptor_.async_accept([this](boost::system::error_code error, Socket socket) {
      if (error) return;
      add(std::move(socket), Session::Role::command);
      accept();
    });
  }

  Handlers handlers_;
  asio::io_context context_;
  asio::local::stream_protocol::acceptor acceptor_{context_};
  std::filesystem::path path_;
  std::set<std::shared_ptr<Session>> sessions_;
  bool stopping_ = false;
  std::jthread thread_;
};

ControlClient::Event decode(std::string_view line) {
  using Kind = ControlClient::Event::Kind;
  const std::string text{line.substr(1)};
  switch (line[0]) {
    case '!': return {Kind::message, text};
    case '*': return {Kind::state, text};
    case '=': {
      int code = 0;
      std::from_chars(text.data(), text.data() + text.size(), code);
      return {Kind::done, {}, code};
    }
    default: return {Kind::response, text};
  }
}

class SessionAnswer final : public ControlServer::Answer {
 public:
  SessionAnswer(Server& server, std::weak_ptr<Session> session) : server_(server), session_(std::move(session)) {}
  void line(std::string_view text) override { send(fmt::format(" {}\n", text)); }
  void done(int return_code) override { send(fmt::format("={}\n", return_code)); }

 private:
  void send(std::string line) {
    asio::post(server_.context(), [session = session_, line = std::move(line)]() mutable {
      if (const auto alive = session.lock()) alive->write(std::move(line));
    });
  }
  Server& server_;
  std::weak_ptr<Session> session_;
};

void Server::command(const std::shared_ptr<Session>& session, std::string text) {
  handlers_.command(std::move(text), std::make_shared<SessionAnswer>(*this, session));
}

void Session::read() {
  asio::async_read_until(socket_, incoming_, '\n', [self = shared_from_this()](boost::system::error_code error, auto) {
    if (error) return self->server_.removed(self);
    std::istream stream{&self->incoming_};
    std::string line;
    std::getline(stream, line);
    self->server_.command(self, std::move(line));
    self->read();
  });
}

void Session::write(std::string line) {
  outgoing_.push_back(std::move(line));
  if (outgoing_.size() == 1) write_next();
}

void Session::write_next() {
  asio::async_write(socket_, asio::buffer(outgoing_.front()),
                    [self = shared_from_this()](boost::system::error_code error, auto) {
                      if (error) return self->server_.removed(self);
                      self->outgoing_.pop_front();
                      if (self->outgoing_.empty()) self->server_.close_drained();
                      else self->write_next();
                    });
}

}  // namespace

z::Result<std::unique_ptr<ControlServer>> ControlServer::start(const std::filesystem::path& path,
                                                               z::Fd operator_console, Handlers handlers) {
  auto server = std::make_unique<Server>(std::move(handlers));
  Z_CHECK(server->open(path, std::move(operator_console)));
  return server;
}

z::Result<ControlClient> ControlClient::connect(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.string().size() >= sizeof address.sun_path) return z::failure("socket name too long: {}", path.string());
  path.string().copy(address.sun_path, sizeof address.sun_path - 1);
  z::Fd socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return z::failure(z::Error::host(errno, "connect to " + path.string()));
  return ControlClient{std::move(socket)};
}

z::Result<> ControlClient::send(std::string_view command) {
  const auto line = fmt::format("{}\n", command);
  std::size_t sent = 0;
  while (sent < line.size()) {
    const auto n = ::send(socket_.get(), line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return z::failure(z::Error::host(errno, "send to the partition"));
    sent += static_cast<std::size_t>(n);
  }
  return {};
}

std::vector<ControlClient::Event> ControlClient::receive() {
  std::vector<Event> events;
  char chunk[4096];
  const auto n = ::recv(socket_.get(), chunk, sizeof chunk, 0);
  if (n == 0 || (n < 0 && errno != EINTR)) return {{Event::Kind::closed, {}}};
  if (n > 0) buffered_.append(chunk, static_cast<std::size_t>(n));
  for (std::size_t end; (end = buffered_.find('\n')) != std::string::npos; buffered_.erase(0, end + 1))
    if (end > 0) events.push_back(decode(std::string_view{buffered_}.substr(0, end)));
  return events;
}

}  // namespace lpar
