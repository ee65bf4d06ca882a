using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Swarm.Core.Containers;
using Swarm.Runtime.Users;

namespace Swarm.Runtime.Execs;

/// <summary>
/// The <c>process</c> object that crun runs in a container: the container's own, with what is asked for.
/// </summary>
internal static class ExecProcess
{
    /// <returns>The process object of a container; null when it has no bundle.</returns>
    public static JsonObject? OwnOf(string bundle)
    {
        var path = Path.Join(bundle, "config.json");
        return File.Exists(path) ? JsonNode.Parse(File.ReadAllBytes(path))!["process"]!.AsObject() : null;
    }

    /// <param name="own">The container's process object.</param>
    /// <param name="user">Who it shall be; null means the same as the container's own.</param>
    /// <param name="isHomeGiven">Whether the container was told its HOME, or it is its user's.</param>
    /// <param name="bounding">Every capability there is to have.</param>
    public static JsonObject Write(
        JsonObject own, ExecDefinition definition, ContainerUser? user, bool isHomeGiven, ConsoleSize? size,
        ImmutableArray<string> bounding)
    {
        var process = own.DeepClone().AsObject();
        process["terminal"] = definition.Tty;
        process["args"] = Strings(definition.Arguments);
        process["env"] = Strings(MergeEnvironment(own, definition, user, isHomeGiven));
        if (definition.WorkingDirectory is { Length: > 0 } folder) process["cwd"] = folder;
        process.Remove("consoleSize");
        if (size is not null)
            process["consoleSize"] = new JsonObject { ["height"] = size.Rows, ["width"] = size.Columns };
        if (user is not null)
        {
            process["user"] = new JsonObject
            {
                ["uid"] = user.Uid,
                ["gid"] = user.Gid,
                ["additionalGids"] = new JsonArray([.. user.OtherGroups.Select(group => JsonValue.Create(group))]),
            };
        }

        var uid = process["user"]!["uid"]!.GetValue<uint>();
        var ownBounding = own["capabilities"]!["bounding"]!.AsArray().Select(name => name!.GetValue<string>());
        ImmutableArray<string> capabilities = definition.Privileged ? bounding : [.. ownBounding];
        ImmutableArray<string> effective = uid == 0 ? capabilities : [];
        process["capabilities"] = new JsonObject
        {
            ["bounding"] = Strings(capabilities),
            ["effective"] = Strings(effective),
            ["permitted"] = Strings(effective),
        };
        return process;
    }

    public static string ProgramOf(JsonObject process) => process["args"]![0]!.GetValue<string>();

    /// <returns>Null where the container was made by an engine that did not say.</returns>
    public static int? ScoreOf(JsonObject process) => process["oomScoreAdj"]?.GetValue<int>();

    /// <summary>How many files it may have open; null where that is not limited.</summary>
    public static long? FilesOf(JsonObject process) => (process["rlimits"] as JsonArray)?
        .LastOrDefault(limit => limit!["type"]!.GetValue<string>() == "RLIMIT_NOFILE") is { } files
        && files["soft"]!.GetValue<ulong>() is <= long.MaxValue and var soft
            ? (long)soft
            : null;

    private static OrderedDictionary<string, string>.ValueCollection MergeEnvironment(
        JsonObject own, ExecDefinition definition, ContainerUser? user, bool isHomeGiven)
    {
        var values = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        if (definition.Tty) values["TERM"] = "TERM=xterm";
        foreach (var entry in own["env"]!.AsArray().Select(entry => entry!.GetValue<string>()))
            values[entry[..entry.IndexOf('=', StringComparison.Ordinal)]] = entry;
        if (user is not null && !isHomeGiven) values["HOME"] = "HOME=" + user.Home;
        foreach (var entry in definition.Environment)
        {
            var equals = entry.IndexOf('=', StringComparison.Ordinal);
            if (equals == 0 || entry.Length == 0)
            {
                throw new ContainerException(
                    ContainerFault.Invalid, $"environment entry '{entry}' has no name");
            }

            if (equals < 0) values.Remove(entry);
            else values[entry[..equals]] = entry;
        }

        return values.Values;
    }

    private static JsonArray Strings(IEnumerable<string> values) =>
        new([.. values.Select(value => JsonValue.Create(value))]);
}
