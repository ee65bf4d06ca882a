using System.Collections.Immutable;
using System.Globalization;
using Swarm.Core.Containers;

namespace Swarm.Core.Builds;

/// <summary>What <c>HEALTHCHECK</c> says.</summary>
internal static class HealthReading
{
    public static Instruction.Health Read(DockerfileLine line)
    {
        var flags = InstructionFlags.Read(line, "interval", "timeout", "start-period", "start-interval", "retries");
        if (line.Rest.Length == 0) throw line.Wrong("HEALTHCHECK requires at least one argument");
        var length = line.Rest.AsSpan().IndexOfAny(" \t");
        var (kind, rest) = length < 0 ? (line.Rest, "") : (line.Rest[..length], line.Rest[length..].Trim());
        switch (kind.ToUpperInvariant())
        {
            case "NONE":
                return rest.Length == 0
                    ? new Instruction.Health(new HealthCheck(["NONE"]))
                    : throw line.Wrong("HEALTHCHECK NONE takes no arguments");
            case "CMD":
                var check = new HealthCheck(Test(line, rest));
                return new Instruction.Health(check with
                {
                    Interval = Time(line, flags, "interval") ?? check.Interval,
                    Timeout = Time(line, flags, "timeout") ?? check.Timeout,
                    StartPeriod = Time(line, flags, "start-period") ?? check.StartPeriod,
                    StartInterval = Time(line, flags, "start-interval") ?? check.StartInterval,
                    Retries = flags.TryGetValue("retries", out var retries) ? Number(line, retries) : check.Retries,
                    Said = Said(line, flags),
                });
            default:
                throw line.Wrong($"Unknown type \"{kind.ToUpperInvariant()}\" in HEALTHCHECK (try CMD)");
        }
    }

    private static ImmutableArray<string> Test(DockerfileLine line, string rest)
    {
        if (rest.Length == 0) throw line.Wrong("Missing command after HEALTHCHECK CMD");
        return InstructionWords.TryJson(line, rest) is { } list
            ? list.IsEmpty ? throw line.Wrong("Missing command after HEALTHCHECK CMD") : ["CMD", .. list]
            : ["CMD-SHELL", rest];
    }

    private static HealthTerms Said(DockerfileLine line, IReadOnlyDictionary<string, string> flags)
    {
        var said = flags.ContainsKey("retries") ? HealthTerms.Retries : HealthTerms.None;
        if (Time(line, flags, "interval") is not null) said |= HealthTerms.Interval;
        if (Time(line, flags, "timeout") is not null) said |= HealthTerms.Timeout;
        if (Time(line, flags, "start-interval") is not null) said |= HealthTerms.StartInterval;
        return said;
    }

    private static TimeSpan? Time(DockerfileLine line, IReadOnlyDictionary<string, string> flags, string name)
    {
        if (!flags.TryGetValue(name, out var text)) return null;
        var time = GoDuration.TryParse(text)
            ?? throw line.Wrong($"{name} \"{text}\" is no duration as 1m30s");
        if (time == TimeSpan.Zero) return null; // the default
        return time >= TimeSpan.FromMilliseconds(1)
            ? time
            : throw line.Wrong($"{name} \"{text}\" cannot be less than 1ms");
    }

    private static int Number(DockerfileLine line, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw line.Wrong($"--retries must be at least 1 (not {text})");
}
