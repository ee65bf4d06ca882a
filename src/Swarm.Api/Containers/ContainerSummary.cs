using System.Text.Json;
using Swarm.Api.Volumes;
using Swarm.Core.Containers;
using Swarm.Runtime;

namespace Swarm.Api.Containers;

/// <summary>One container of <c>GET /containers/json</c>.</summary>
/// <remarks>Written as it goes: for 500 containers a tree of nodes takes as long again as all the rest.</remarks>
internal static class ContainerSummary
{
    /// <param name="sizes">Null where nobody asks for them.</param>
    public static void Write(Utf8JsonWriter writer, ShownContainer shown, DateTimeOffset now, ContainerSizes? sizes)
    {
        var state = shown.State;
        var spec = state.Definition.Spec;
        writer.WriteStartObject();
        writer.WriteString("Id"u8, state.Id.Value);
        writer.WriteStartArray("Names"u8);
        foreach (var name in shown.Names) writer.WriteStringValue("/" + name);
        writer.WriteEndArray();
        writer.WriteString("Image"u8, shown.ImageName ?? spec.Image);
        writer.WriteString("ImageID"u8, state.ImageId.Value);
        writer.WriteString("Command"u8, Command(shown));
        writer.WriteNumber("Created"u8, state.CreatedAt.ToUnixTimeSeconds());
        WritePorts(writer, shown);
        writer.WriteStartObject("Labels"u8);
        foreach (var (name, value) in ContainerDocument.LabelsOf(shown)) writer.WriteString(name, value);
        writer.WriteEndObject();
        writer.WriteString("State"u8, ContainerWords.StateOf(shown));
        writer.WriteString("Status"u8, ContainerWords.StatusOf(shown, now));
        writer.WriteStartObject("HostConfig"u8);
        writer.WriteString("NetworkMode"u8, SpecWords.NetworkOf(spec));
        writer.WriteEndObject();
        writer.WriteStartObject("NetworkSettings"u8);
        writer.WritePropertyName("Networks"u8);
        EndpointDocument.Write(writer, shown);
        writer.WriteEndObject();
        writer.WritePropertyName("Mounts"u8);
        MountDocument.Of(shown).WriteTo(writer);
        if (sizes is not null)
        {
            writer.WriteNumber("SizeRw"u8, sizes.Own.Value);
            writer.WriteNumber("SizeRootFs"u8, sizes.Whole.Value);
        }

        writer.WriteEndObject();
    }

    /// <summary>What is run, in one line: words with blanks in them between quotes.</summary>
    public static string Command(ShownContainer shown)
    {
        var (path, arguments) = ContainerDocument.CommandOf(shown);
        return string.Join(' ', arguments
            .Select(word => word.Contains(' ', StringComparison.Ordinal) ? $"'{word}'" : word)
            .Prepend(path));
    }

    private static void WritePorts(Utf8JsonWriter writer, ShownContainer shown)
    {
        writer.WriteStartArray("Ports"u8);
        // Whoever shares the host's network, or has none, exposes nothing.
        if (shown.State.Phase == ContainerPhase.Running && !shown.State.Endpoints.IsEmpty)
        {
            var published = shown.State.Ports;
            foreach (var port in published) WritePort(writer, port.ContainerPort, Word(port.Protocol), port);
            foreach (var name in ContainerDocument.ExposedPorts(shown))
            {
                // The image may name what is none.
                if (PortReading.TryParse(name) is not var (number, protocol)) continue;
                if (!published.Any(port => port.ContainerPort == number && Word(port.Protocol) == protocol))
                    WritePort(writer, number, protocol, published: null);
            }
        }

        writer.WriteEndArray();
    }

    private static void WritePort(Utf8JsonWriter writer, int number, string protocol, PublishedPort? published)
    {
        writer.WriteStartObject();
        if (published is not null)
            writer.WriteString("IP"u8, published.HostAddress.Length == 0 ? "0.0.0.0" : published.HostAddress);
        writer.WriteNumber("PrivatePort"u8, number);
        if (published is not null) writer.WriteNumber("PublicPort"u8, published.HostPort);
        writer.WriteString("Type"u8, protocol);
        writer.WriteEndObject();
    }

    private static string Word(PortProtocol protocol) => protocol == PortProtocol.Tcp ? "tcp" : "udp";
}
