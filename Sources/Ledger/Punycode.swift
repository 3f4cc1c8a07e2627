/// Punycode, the encoding of a Unicode label in ASCII (RFC 3492). Encoding only: the ledger keeps A-labels.
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
