using System.Collections.Immutable;
using System.Text.Json;
using Swarm.Runtime.Bundles;

namespace Swarm.Runtime.Seccomp;

/// <summary>Writes what of a profile holds as the OCI runtime wants it.</summary>
/// <remarks>https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md#seccomp</remarks>
internal static class SeccompWriting
{
    /// <param name="architecture">This host's.</param>
    public static byte[] Write(SeccompDocument profile, ImmutableArray<SeccompRule> rules, string architecture)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory))
        {
            json.WriteStartObject();
            json.WriteString("defaultAction", profile.DefaultAction);
            if (profile.DefaultErrnoRet is { } errno) json.WriteNumber("defaultErrnoRet", errno);
            if (profile.Flags.OrNone() is { IsEmpty: false } flags)
                BundleWriter.WriteStrings(json, "flags", flags.Select(flag => flag ?? ""));
            if (profile.ListenerPath is { Length: > 0 } path)
            {
                json.WriteString("listenerPath", path);
                if (profile.ListenerMetadata is { Length: > 0 } metadata)
                    json.WriteString("listenerMetadata", metadata);
            }

            BundleWriter.WriteStrings(json, "architectures", Architectures(profile, architecture));
            json.WriteStartArray("syscalls");
            foreach (var rule in rules) WriteRule(json, rule);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return memory.ToArray();
    }

    private static IEnumerable<string> Architectures(SeccompDocument profile, string own)
    {
        var mapped = profile.ArchMap.OrNone().FirstOrDefault(one => one?.Architecture == own);
        return profile.Architectures.OrNone()
            .Concat(mapped?.SubArchitectures.OrNone() ?? [])
            .OfType<string>()
            .Prepend(own)
            .Distinct();
    }

    private static void WriteRule(Utf8JsonWriter json, SeccompRule rule)
    {
        json.WriteStartObject();
        BundleWriter.WriteStrings(
            json, "names",
            rule.Name is { Length: > 0 } old ? [old] : rule.Names.OrNone().Select(name => name ?? ""));
        json.WriteString("action", rule.Action);
        if (rule.ErrnoRet is { } errno) json.WriteNumber("errnoRet", errno);
        if (rule.Args.OrNone() is { IsEmpty: false } args)
        {
            json.WriteStartArray("args");
            foreach (var argument in args.OfType<SeccompArgument>()) WriteArgument(json, argument);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteArgument(Utf8JsonWriter json, SeccompArgument argument)
    {
        json.WriteStartObject();
        json.WriteNumber("index", argument.Index);
        json.WriteNumber("value", argument.Value);
        if (argument.ValueTwo > 0) json.WriteNumber("valueTwo", argument.ValueTwo);
        json.WriteString("op", argument.Op);
        json.WriteEndObject();
    }
}
