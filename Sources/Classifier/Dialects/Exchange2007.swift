extension Dialect {
    /// Exchange 2007 to 2019: `Diagnostic information for administrators:` and `Generating server:` in the language of the sender; `#550 5.1.1 RESOLVER.…##`.
    static let exchange2007 = Dialect(
        "exchange2007",
        signs: [
            (.from, "microsoftexchange329e71ec88ae4615bbc36ab6ce41109e"),
            (.text, "diagnostic information for administrators"),
            (.text, "generating server:"),
            (.text, "informations de diagnostic"),
            (.text, "serveur de génération"),
            (.text, "diagnoseinformationen für administratoren"),
            (.text, "generierender server"),
            (.text, "informazioni di diagnostica"),
            (.text, "server di generazione"),
            (.text, "información de diagnóstico"),
            (.text, "servidor que genera"),
            (.text, "informações de diagnóstico"),
            (.text, "管理者向けの診断情報"),
            (.text, "生成サーバー"),
            (.text, "管理员诊断信息"),
            (.text, "delivery has failed to these recipients or"),
            (.text, "delivery has failed to these recipients or distribution lists"),
            (.text, "resolver.adr"),
            (.text, "resolver.rst"),
        ])
}
