using System.CommandLine;
using Swarm.Client;
using Swarm.Client.Compose;
using Swarm.Client.Images;
using Swarm.Cli.Output;
using Swarm.Wire.Security;

namespace Swarm.Cli.Commands;

/// <summary>The options that every command has, and what they lead to.</summary>
internal sealed class SharedOptions : IAsyncDisposable
{
    private readonly Option<string> _contact;
    private readonly Option<string> _socket;
    private readonly Option<bool> _json = new("--json") { Description = "Answer in JSON.", Recursive = true };

    private readonly Option<string> _timeout = new("--timeout")
    {
        Description = "How long to wait for an answer, as 10s.",
        Recursive = true,
        DefaultValueFactory = _ => "15s",
        HelpName = "DURATION",
    };

    private readonly Option<string?> _authority = File(
        "--tls-ca", "Certificate of the cluster's authority; else SWARM_TLS_CA. With it nodes are spoken to by TLS.");
    private readonly Option<string?> _certificate = File("--tls-cert", "Own certificate; else SWARM_TLS_CERT.");
    private readonly Option<string?> _key = File("--tls-key", "Key of the own certificate; else SWARM_TLS_KEY.");
    private SwarmClient? _client;

    public SharedOptions(Surroundings surroundings)
    {
        Surroundings = surroundings;
        _contact = new("--contact")
        {
            Description = "Nodes to ask, any of them; else SWARM_CONTACT, else this host.",
            Recursive = true,
            HelpName = "HOST:PORT[,...]",
            DefaultValueFactory =
                _ => surroundings.Environment.GetValueOrDefault("SWARM_CONTACT", new SwarmClientOptions().Contacts[0]),
        };
        _socket = new("--socket")
        {
            Description = "The node's socket for images; else SWARM_SOCKET.",
            Recursive = true,
            HelpName = "PATH",
            DefaultValueFactory =
                _ => surroundings.Environment.GetValueOrDefault("SWARM_SOCKET", ImageClient.DefaultSocket),
        };
    }

    public Surroundings Surroundings { get; }

    public IEnumerable<Option> All => [_contact, _authority, _certificate, _key, _socket, _json, _timeout];

    public Printer Printer(ParseResult parsed) => new(Surroundings, parsed.GetValue(_json));

    /// <summary>Connects to the cluster; <see cref="DisposeAsync"/> ends it.</summary>
    public SwarmClient Connect(ParseResult parsed) => _client ??= SwarmClient.Connect(new SwarmClientOptions
    {
        Contacts = SwarmClientOptions.ParseContacts(parsed.GetValue(_contact)!),
        Tls = Tls(parsed),
        Timeout = Duration("--timeout", parsed.GetValue(_timeout)!),
        Time = Surroundings.Time,
    });

    public async ValueTask DisposeAsync()
    {
        if (_client is not null && !Surroundings.EndsWithProcess) await _client.DisposeAsync();
    }

    public ImageClient ConnectImages(ParseResult parsed) => new(parsed.GetValue(_socket)!);

    private static Option<string?> File(string name, string description) =>
        new(name) { Description = description, Recursive = true, HelpName = "FILE" };

    private TlsFiles? Tls(ParseResult parsed)
    {
        var authority = Given(_authority, "SWARM_TLS_CA");
        var certificate = Given(_certificate, "SWARM_TLS_CERT");
        var key = Given(_key, "SWARM_TLS_KEY");
        return (authority, certificate, key) switch
        {
            (null, null, null) => null,
            (not null, not null, not null) => new TlsFiles(authority, certificate, key),
            _ => throw new FormatException("TLS needs --tls-ca, --tls-cert and --tls-key (or SWARM_TLS_CA, "
                + $"SWARM_TLS_CERT and SWARM_TLS_KEY), and {Missing()} is not given"),
        };

        string? Given(Option<string?> option, string variable) => parsed.GetValue(option)
            ?? (Surroundings.Environment.GetValueOrDefault(variable) is { Length: > 0 } path ? path : null);

        string Missing() => authority is null ? "--tls-ca" : certificate is null ? "--tls-cert" : "--tls-key";
    }

    /// <exception cref="FormatException">Not a duration, or none at all.</exception>
    public static TimeSpan Duration(string option, string text) =>
        ComposeFormats.Duration(text) is { } duration && duration > TimeSpan.Zero && duration < TimeSpan.FromDays(24)
            ? duration : throw new FormatException($"{option}: '{text}' is not a duration; write it as 10s or 1m30s");
}
