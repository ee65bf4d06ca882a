using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Services;

namespace Swarm.Cli.Output;

/// <summary>How values are written for people and for programs.</summary>
internal static class Texts
{
    public static string Size(long bytes) => bytes switch
    {
        < 1024 => Say($"{bytes} B"),
        < 1024 * 1024 => Say($"{bytes / 1024.0:0.#} KiB"),
        < 1024L * 1024 * 1024 => Say($"{bytes / 1048576.0:0.#} MiB"),
        _ => Say($"{bytes / 1073741824.0:0.#} GiB"),
    };

    public static string Cpus(MilliCpu cpu) => Say($"{cpu.Value / 1000.0:0.###}");

    public static string Ago(TimeSpan span) => span.TotalSeconds switch
    {
        < 120 => Say($"{Math.Max(0, (int)span.TotalSeconds)} s"),
        < 7200 => Say($"{(int)span.TotalMinutes} min"),
        < 172800 => Say($"{(int)span.TotalHours} h"),
        _ => Say($"{(int)span.TotalDays} d"),
    };

    public static string Port(PublishedPort port)
    {
        var address = port.HostAddress.Length == 0 ? "*" : port.HostAddress;
        var published = port.HostPort == 0 ? "?" : Say($"{port.HostPort}");
        return Say($"{address}:{published}->{port.ContainerPort}/{Word(port.Protocol)}");
    }

    public static string Mode(ServiceMode mode) => mode switch
    {
        ServiceMode.Replicated => "replicated",
        ServiceMode.ReplicatedJob => "replicated-job",
        ServiceMode.Global => "global",
        ServiceMode.GlobalJob => "global-job",
        _ => throw new UnreachableException($"no word for {mode}"),
    };

    public static string Schedule(JobSchedule schedule) =>
        schedule.Cron + (schedule.TimeZone == "UTC" ? "" : " " + schedule.TimeZone)
        + (schedule.Suspended ? ", suspended" : "");

    /// <summary>To the second.</summary>
    public static string ShortTime(DateTimeOffset at) =>
        at.UtcDateTime.ToString("s", CultureInfo.InvariantCulture) + "Z";

    /// <summary>Names of states and choices as Docker and Compose write them: small letters, words parted by a hyphen.
    /// </summary>
    public static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(
        value.ToString());

    public static JsonArray Array(ImmutableArray<string> texts) =>
        new([.. (texts.IsDefault ? [] : texts).Select(text => JsonValue.Create(text))]);

    public static JsonArray? ArrayOrNull(ImmutableArray<string>? texts) => texts is { } given ? Array(given) : null;

    public static JsonObject Map(ImmutableSortedDictionary<string, string> map) =>
        new(map.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)JsonValue.Create(entry.Value))));

    public static JsonArray Ports(ImmutableArray<PublishedPort> ports) => new([.. ports.Select(port => new JsonObject
    {
        ["containerPort"] = port.ContainerPort, ["hostPort"] = port.HostPort, ["protocol"] = Word(port.Protocol),
        ["mode"] = Word(port.Mode), ["hostAddress"] = port.HostAddress,
    }.With("hostPortLast", port.HostPortLast))]);

    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
