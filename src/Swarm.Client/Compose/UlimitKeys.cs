using System.Collections.Immutable;
using Swarm.Client.Compose.Yaml;
using Swarm.Core.Containers;

namespace Swarm.Client.Compose;

/// <summary>The key <c>ulimits</c>.</summary>
internal static class UlimitKeys
{
    private const long Unlimited = -1;

    /// <summary>Those of setrlimit(2), as Docker calls them.</summary>
    private static readonly string[] Names =
    [
        "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio",
        "rttime", "sigpending", "stack",
    ];

    private static readonly Dictionary<string, Func<Pair, Field, Pair>> Keys = new()
    {
        ["soft"] = (pair, field) => pair with { Soft = Number(field) },
        ["hard"] = (pair, field) => pair with { Hard = Number(field) },
    };

    /// <remarks>One number is both the soft and the hard limit.</remarks>
    public static ImmutableArray<Ulimit> Read(Field field)
    {
        var result = ImmutableArray.CreateBuilder<Ulimit>();
        foreach (var (key, value) in field.Entries())
        {
            if (!Names.Contains(key.Text))
            {
                field.Errors.Add(key.At, $"{value.Path}: there is no such limit: {string.Join(", ", Names)} are");
                continue;
            }

            var pair = value.Value is YamlMap
                ? value.Fold(new Pair(null, null), Keys, Refusals.None)
                : Number(value) is { } both ? new Pair(both, both) : new Pair(0, 0);
            if (pair is not { Soft: { } soft, Hard: { } hard }) value.Refuse("needs soft and hard");
            else if (hard != Unlimited && (soft == Unlimited || soft > hard))
                value.Refuse($"the soft limit {soft} is above the hard limit {hard}");
            else result.Add(new Ulimit(key.Text, soft, hard));
        }

        return result.ToImmutable();
    }

    private static long? Number(Field field) => field.Number(Unlimited, long.MaxValue);

    private sealed record Pair(long? Soft, long? Hard);
}
