using System.Collections.Immutable;
using Swarm.Api.Http;
using Swarm.Images;

namespace Swarm.Api.Containers;

/// <summary>How an image that is made of a container is to be run: as the container is, unless it is said
/// otherwise.</summary>
internal static class CommittedConfiguration
{
    private static readonly ImmutableSortedDictionary<string, string> Nothing =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <param name="asked">A configuration that goes over the container's, field by field; it may be empty.</param>
    public static ImageConfiguration Of(ShownContainer shown, JsonFields asked)
    {
        var spec = shown.State.Definition.Spec;
        var image = shown.Image?.Configuration ?? new ImageConfiguration();
        var own = image with
        {
            Entrypoint = spec.Entrypoint ?? image.Entrypoint,
            Command = spec.Command ?? (spec.Entrypoint is null ? image.Command : []),
            Environment = [.. ContainerDocument.EnvironmentOf(shown)],
            WorkingDirectory = spec.WorkingDirectory ?? image.WorkingDirectory,
            User = spec.User ?? image.User,
            ExposedPorts = [.. ContainerDocument.ExposedPorts(shown)],
            Volumes = [.. image.Volumes.Concat(shown.Asked.Object("Volumes").Names).Distinct()],
            Labels = image.Labels.SetItems(spec.Labels),
            StopSignal = spec.StopSignal ?? image.StopSignal,
            HealthCheck = spec.HealthCheck ?? image.HealthCheck,
        };
        return own with
        {
            Entrypoint = Words(asked, "Entrypoint") ?? own.Entrypoint,
            Command = Words(asked, "Cmd") ?? (asked.IsDefault("Entrypoint") ? own.Command : []),
            Environment = Over(own.Environment, asked.Words("Env") ?? []),
            WorkingDirectory = asked.IsDefault("WorkingDir") ? own.WorkingDirectory : asked.Text("WorkingDir"),
            User = asked.IsDefault("User") ? own.User : asked.Text("User"),
            ExposedPorts = [.. own.ExposedPorts.Concat(asked.Object("ExposedPorts").Names).Distinct()],
            Volumes = [.. own.Volumes.Concat(asked.Object("Volumes").Names).Distinct()],
            Labels = own.Labels.SetItems(asked.IsDefault("Labels") ? Nothing : asked.Texts("Labels")),
            StopSignal = asked.IsDefault("StopSignal") ? own.StopSignal : asked.Text("StopSignal"),
            HealthCheck = ContainerReading.ReadCheck(asked, own.HealthCheck),
        };
    }

    private static ImmutableArray<string>? Words(JsonFields asked, string name) =>
        asked.IsDefault(name) ? null : asked.Words(name);

    private static ImmutableArray<string> Over(ImmutableArray<string> below, ImmutableArray<string> above)
    {
        var names = above.Select(ContainerDocument.NameOf).ToHashSet(StringComparer.Ordinal);
        return [.. below.Where(entry => !names.Contains(ContainerDocument.NameOf(entry))), .. above];
    }
}
