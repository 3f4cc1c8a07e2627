import Bytes
import Glibc

/// Whether a mail server answers where other servers connect.
enum PortCheck {
    static let subject = "port 25"
    /// The timeout for one address, in milliseconds.
    private static let patience: Int32 = 5_000
    /// The number of addresses that are tried.
    private static let addressLimit = 8
    private static let bannerLimit = 512

    enum Answer: Equatable {
        /// The first line that came.
        case banner(String)
        /// An errno value; ETIMEDOUT if nothing came in time.
        case failed(Int32)
    }

    static func judge(_ answers: [(address: String, answer: Answer)]) -> [Finding] {
        answers.map { address, answer in
            let why = "a foreign server cannot return a report there"
            switch answer {
            case .banner(let line) where line.hasPrefix("220"):
                return .ok(subject, "\(address) answers: \(line)")
            case .banner(let line):
                return .error(
                    subject, "\(address) answers, but not as a mail server that takes mail: \(line)", why: why,
                    mend: "look which program listens on port 25 there: ss -ltnp 'sport = :25'")
            case .failed(let code):
                return .error(
                    subject, "\(address) does not answer: \(systemMessage(code))",
                    why: why + "; or this machine may not connect to port 25, which many providers block",
                    mend: "open port 25 in the firewall, and look whether Postfix listens: postconf inet_interfaces")
            }
        }
    }

    static func probe(_ addresses: [String]) -> [Finding] {
        judge(addresses.prefix(addressLimit).map { ($0, ask($0)) })
    }

    private static func ask(_ address: String) -> Answer {
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(address, "25", &hints, &found) == 0, let target = found else { return .failed(EINVAL) }
        defer { freeaddrinfo(found) }
        let descriptor = socket(
            target.pointee.ai_family, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return .failed(errno) }
        defer { close(descriptor) }
        if connect(descriptor, target.pointee.ai_addr, target.pointee.ai_addrlen) != 0 {
            guard errno == EINPROGRESS else { return .failed(errno) }
            guard wait(descriptor, Int16(POLLOUT)) else { return .failed(ETIMEDOUT) }
            var (code, size) = (Int32(0), socklen_t(MemoryLayout<Int32>.size))
            getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
            guard code == 0 else { return .failed(code) }
        }
        guard wait(descriptor, Int16(POLLIN)) else { return .failed(ETIMEDOUT) }
        var buffer = [UInt8](repeating: 0, count: bannerLimit)
        let got = recv(descriptor, &buffer, buffer.count, 0)
        guard got > 0 else { return .failed(got < 0 ? errno : ECONNRESET) }
        _ = "QUIT\r\n".withCString { send(descriptor, $0, 6, Int32(MSG_NOSIGNAL)) }
        let line = buffer[..<got].prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
        return .banner(String(decoding: line, as: UTF8.self))
    }

    private static func wait(_ descriptor: Int32, _ events: Int16) -> Bool {
        var entry = pollfd(fd: descriptor, events: events, revents: 0)
        return systemCall { poll(&entry, 1, patience) }.value > 0
    }
}
