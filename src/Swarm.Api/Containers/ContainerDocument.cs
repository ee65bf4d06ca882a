using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Swarm.Api.Http;
using Swarm.Api.Nodes;
using Swarm.Api.Volumes;
using Swarm.Core.Containers;
using Swarm.Runtime;

namespace Swarm.Api.Containers;

/// <summary>The answer to <c>GET /containers/ID/json</c>.</summary>
internal static class ContainerDocument
{
    private static readonly ImmutableSortedDictionary<string, string> Nothing =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Refuses at once what could not be shown later, whether or not it is of use.</summary>
    /// <exception cref="ApiException">A field is of the wrong kind.</exception>
    public static void Require(JsonFields asked)
    {
        foreach (var flag in (string[])["AttachStdin", "AttachStdout", "AttachStderr", "StdinOnce"]) asked.Flag(flag);
        HostConfigDocument.Require(asked.Object("HostConfig"));
    }

    public static JsonObject Of(ShownContainer shown, NodeFacts node)
    {
        var state = shown.State;
        var (path, arguments) = CommandOf(shown);
        return new JsonObject
        {
            ["Id"] = state.Id.Value,
            ["Created"] = QueryTime.Written(state.CreatedAt),
            ["Path"] = path,
            ["Args"] = SpecWords.Words(arguments),
            ["State"] = State(shown),
            ["Image"] = state.ImageId.Value,
            ["ResolvConfPath"] = shown.Places?.ResolverFile ?? "",
            ["HostnamePath"] = shown.Places?.HostnameFile ?? "",
            ["HostsPath"] = shown.Places?.HostsFile ?? "",
            ["LogPath"] = state.Definition.Spec.Log is { Driver: "none" }
                ? ""
                : $"{node.DataRoot}/containers/{state.Id.Value}/log/log",
            ["Name"] = $"/{state.Definition.Name}",
            ["RestartCount"] = shown.Own?.Restarts ?? 0,
            ["Driver"] = "overlay2",
            ["Platform"] = "linux",
            ["MountLabel"] = "",
            ["ProcessLabel"] = "",
            ["AppArmorProfile"] = state.Definition.Spec.AppArmor,
            ["ExecIDs"] = null,
            ["HostConfig"] = HostConfigDocument.Of(shown),
            ["GraphDriver"] = new JsonObject { ["Name"] = "overlay2", ["Data"] = Layers(shown) },
            ["Mounts"] = MountDocument.Of(shown),
            ["Config"] = Config(shown),
            ["NetworkSettings"] = NetworkDocument.Of(shown),
        };
    }

    private static JsonObject? Layers(ShownContainer shown) => shown.Places?.Layers is { } places
        ? new JsonObject
        {
            ["LowerDir"] = string.Join(':', places.Layers),
            ["MergedDir"] = places.Root,
            ["UpperDir"] = places.Upper,
            ["WorkDir"] = places.Work,
        }
        : null;

    /// <summary>What is run: the container's own words, or its image's.</summary>
    public static (string Path, ImmutableArray<string> Arguments) CommandOf(ShownContainer shown)
    {
        var spec = shown.State.Definition.Spec;
        var image = shown.Image?.Configuration;
        var entrypoint = spec.Entrypoint ?? image?.Entrypoint ?? [];
        var command = spec.Command ?? (spec.Entrypoint is null ? image?.Command ?? [] : []);
        ImmutableArray<string> words = [.. entrypoint, .. command];
        return words switch
        {
            [] => ("", []),
            [var path, .. var arguments] => (path, [.. arguments]),
        };
    }

    /// <summary>Ports of the container that others may use, as <c>80/tcp</c>.</summary>
    public static IReadOnlyList<string> ExposedPorts(ShownContainer shown) =>
    [
        .. (shown.Image?.Configuration.ExposedPorts ?? [])
            .Concat(shown.State.Definition.Spec.ExposedPorts)
            .Concat(shown.State.Definition.Spec.Ports.Select(SpecWords.NameOf))
            .Select(name => name.Contains('/', StringComparison.Ordinal) ? name : name + "/tcp")
            .Distinct(),
    ];

    private static JsonObject State(ShownContainer shown)
    {
        var state = shown.State;
        var word = ContainerWords.StateOf(shown);
        var failure = shown.Own?.StartFault ?? "";
        var document = new JsonObject
        {
            ["Status"] = word,
            // Docker takes a container that waits to be restarted for a running one.
            ["Running"] = word is "running" or "restarting" or "paused",
            ["Paused"] = word == "paused",
            ["Restarting"] = word == "restarting",
            ["OOMKilled"] = state.OutOfMemory,
            ["Dead"] = false,
            ["Pid"] = state.Pid,
            ["ExitCode"] = ExitCodeOf(shown),
            ["Error"] = failure,
            ["StartedAt"] = QueryTime.Written(state.StartedAt),
            ["FinishedAt"] = QueryTime.Written(state.EndedAt),
        };
        // As in Docker: before its first start nothing is known of it.
        if (state.HealthCheck is null || state.StartedAt is null) return document;
        document["Health"] = new JsonObject
        {
            ["Status"] = ContainerWords.HealthWord(shown),
            ["FailingStreak"] = shown.Seen?.FailedProbes ?? 0,
            ["Log"] = new JsonArray([.. (shown.Seen?.Probes ?? []).Select(probe => new JsonObject
            {
                ["Start"] = QueryTime.Written(probe.Start),
                ["End"] = QueryTime.Written(probe.End),
                ["ExitCode"] = probe.ExitCode,
                ["Output"] = probe.Output,
            })]),
        };
        return document;
    }

    /// <summary>Of the last run, or of the start that failed.</summary>
    public static int ExitCodeOf(ShownContainer shown) => shown switch
    {
        { State.Phase: ContainerPhase.Running } => 0,
        { Own.StartFault: { Length: > 0 } fault } => StartFaults.ExitCodeOf(fault),
        { State.Exit: { } exit } => exit.ExitCode,
        _ => 0,
    };

    private static JsonObject Config(ShownContainer shown)
    {
        var spec = shown.State.Definition.Spec;
        var image = shown.Image?.Configuration;
        var asked = shown.Asked;
        var exposed = new JsonObject();
        foreach (var name in ExposedPorts(shown)) exposed[name] = new JsonObject();
        var volumes = new JsonObject();
        foreach (var name in (image?.Volumes ?? []).Concat(asked.Object("Volumes").Names).Distinct())
            volumes[name] = new JsonObject();
        var labels = new JsonObject();
        foreach (var (name, value) in LabelsOf(shown)) labels[name] = value;
        var command = spec.Command ?? (spec.Entrypoint is null ? image?.Command : null);
        var entrypoint = spec.Entrypoint ?? image?.Entrypoint;
        var config = new JsonObject
        {
            ["Hostname"] = spec.Hostname
                ?? (spec.NetworkMode == NetworkMode.Host ? Environment.MachineName : shown.State.Id.Short),
            ["Domainname"] = spec.Domainname,
            ["User"] = spec.User ?? image?.User ?? "",
            ["AttachStdin"] = asked.Flag("AttachStdin"),
            ["AttachStdout"] = asked.Flag("AttachStdout"),
            ["AttachStderr"] = asked.Flag("AttachStderr"),
            ["Tty"] = spec.Tty,
            ["OpenStdin"] = spec.OpenStdin,
            ["StdinOnce"] = asked.Flag("StdinOnce"),
            ["Env"] = SpecWords.Words(EnvironmentOf(shown)),
            ["Cmd"] = command is { IsEmpty: false } words ? SpecWords.Words(words) : null,
            ["Image"] = spec.Image,
            ["Volumes"] = volumes.Count > 0 ? volumes : null,
            ["WorkingDir"] = spec.WorkingDirectory ?? image?.WorkingDirectory ?? "",
            ["Entrypoint"] = entrypoint is { IsEmpty: false } first ? SpecWords.Words(first)
                : ContainerReading.HasNoEntrypoint(asked) ? new JsonArray() : null,
            ["OnBuild"] = null,
            ["Labels"] = labels,
        };
        if (exposed.Count > 0) config["ExposedPorts"] = exposed;
        if (HealthDocument.Of(shown) is { } check) config["Healthcheck"] = check;
        if ((spec.StopSignal ?? image?.StopSignal) is { Length: > 0 } signal) config["StopSignal"] = signal;
        if (asked.Flag("NetworkDisabled")) config["NetworkDisabled"] = true;
        if (asked.Has("StopTimeout")) config["StopTimeout"] = asked.Number("StopTimeout");
        return config;
    }

    /// <summary>What was asked for, over what the image says.</summary>
    public static ImmutableSortedDictionary<string, string> LabelsOf(ShownContainer shown) =>
        (shown.Image?.Configuration.Labels ?? Nothing).SetItems(shown.State.Definition.Spec.Labels);

    /// <inheritdoc cref="LabelsOf"/>
    public static IEnumerable<string> EnvironmentOf(ShownContainer shown)
    {
        var own = shown.State.Definition.Spec.Environment;
        var names = own.Select(NameOf).ToHashSet(StringComparer.Ordinal);
        return own.Concat((shown.Image?.Configuration.Environment ?? [])
            .Where(entry => !names.Contains(NameOf(entry))));
    }

    public static string NameOf(string entry) => entry.Split('=', 2)[0];
}
