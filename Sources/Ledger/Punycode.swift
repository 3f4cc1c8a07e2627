/// Punycode, the encoding of a Unicode label in ASCII (RFC 3492). The ledger keeps A-labels; decoding is for programs that
/// ask with the other form.
enum Punycode {
    // RFC 3492, section 5: parameter values.
    private static let base: UInt32 = 36
    private static let tMin: UInt32 = 1
    private static let tMax: UInt32 = 26
    private static let skew: UInt32 = 38
    private static let damp: UInt32 = 700
    private static let initialBias: UInt32 = 72
    private static let initialN: UInt32 = 128

    /// The encoded label without the `xn--` prefix, or nothing where the arithmetic overflows (section 6.4).
    static func encode(_ label: [Unicode.Scalar]) -> String? {
        var output = label.filter(\.isASCII).map { UInt8($0.value) }
        let basicCount = UInt32(output.count)
        if basicCount > 0 {
            output.append(UInt8(ascii: "-"))
        }
        var n = initialN
        var delta: UInt32 = 0
        var bias = initialBias
        var handled = basicCount
        // One pass a code point that differs, over a label that the caller has bounded.
        while handled < UInt32(label.count) {
            guard let next = label.lazy.map(\.value).filter({ $0 >= n }).min() else { return nil }
            let (step, stepOverflow) = (next - n).multipliedReportingOverflow(by: handled + 1)
            let (sum, sumOverflow) = delta.addingReportingOverflow(step)
            if stepOverflow || sumOverflow { return nil }
            delta = sum
            n = next
            for scalar in label {
                if scalar.value < n {
                    let (bumped, overflow) = delta.addingReportingOverflow(1)
                    if overflow { return nil }
                    delta = bumped
                }
                if scalar.value == n {
                    append(delta, bias: bias, to: &output)
                    bias = adapt(delta, points: handled + 1, first: handled == basicCount)
                    delta = 0
                    handled += 1
                }
            }
            delta += 1
            n += 1
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// A generalized variable-length integer (section 3.3).
    /// The label that is after `xn--`, in lower case; nothing where it is none (section 6.2).
    static func decode(_ encoded: Substring.UTF8View) -> [Unicode.Scalar]? {
        var output = [Unicode.Scalar]()
        var rest = encoded[...]
        if let delimiter = encoded.lastIndex(of: UInt8(ascii: "-")) {
            output = encoded[..<delimiter].map { Unicode.Scalar($0) }
            rest = encoded[encoded.index(after: delimiter)...]
        }
        var n = initialN
        var index: UInt32 = 0
        var bias = initialBias
        while !rest.isEmpty {
            let old = index
            var weight: UInt32 = 1
            var k = base
            while true {
                guard let byte = rest.popFirst(), let digit = value(of: byte) else { return nil }
                let (step, stepOverflow) = digit.multipliedReportingOverflow(by: weight)
                let (sum, sumOverflow) = index.addingReportingOverflow(step)
                if stepOverflow || sumOverflow { return nil }
                index = sum
                let threshold = k <= bias ? tMin : min(tMax, k - bias)
                if digit < threshold { break }
                let (heavier, overflow) = weight.multipliedReportingOverflow(by: base - threshold)
                if overflow { return nil }
                weight = heavier
                k += base
            }
            let count = UInt32(output.count) + 1
            bias = adapt(index - old, points: count, first: old == 0)
            let (next, overflow) = n.addingReportingOverflow(index / count)
            guard !overflow, let scalar = Unicode.Scalar(next) else { return nil }
            n = next
            index %= count
            output.insert(scalar, at: Int(index))
            index += 1
        }
        return output
    }

    private static func value(of byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a"))
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0")) + 26
        default: nil
        }
    }

    private static func append(_ value: UInt32, bias: UInt32, to output: inout [UInt8]) {
        var rest = value
        var k = base
        while true {
            let threshold = k <= bias ? tMin : min(k - bias, tMax)
            if rest < threshold {
                output.append(digit(rest))
                return
            }
            output.append(digit(threshold + (rest - threshold) % (base - threshold)))
            rest = (rest - threshold) / (base - threshold)
            k += base
        }
    }

    /// Bias adaptation (section 6.1).
    private static func adapt(_ delta: UInt32, points: UInt32, first: Bool) -> UInt32 {
        var rest = first ? delta / damp : delta / 2
        rest += rest / points
        var k: UInt32 = 0
        while rest > ((base - tMin) * tMax) / 2 {
            rest /= base - tMin
            k += base
        }
        return k + (base - tMin + 1) * rest / (rest + skew)
    }

    private static func digit(_ value: UInt32) -> UInt8 {
        value < 26 ? UInt8(value) + UInt8(ascii: "a") : UInt8(value - 26) + UInt8(ascii: "0")
    }
}
