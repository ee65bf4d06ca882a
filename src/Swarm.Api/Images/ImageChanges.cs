using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Images;

namespace Swarm.Api.Images;

/// <summary>Instructions of a Dockerfile that change how an image is run, as <c>docker import
/// --change</c> takes them.</summary>
/// <remarks>https://docs.docker.com/reference/cli/docker/image/import/#change</remarks>
internal static class ImageChanges
{
    /// <exception cref="ApiException">400: an instruction that is not known or not well-formed; named.</exception>
    public static ImageConfiguration Apply(ImageConfiguration configuration, IEnumerable<string> instructions) =>
        instructions.Select(line => line.Trim()).Where(line => line.Length > 0).Aggregate(configuration, ApplyOne);

    private static ImageConfiguration ApplyOne(ImageConfiguration image, string instruction)
    {
        var (word, rest) = instruction.IndexOf(' ', StringComparison.Ordinal) is > 0 and var at
            ? (instruction[..at], instruction[(at + 1)..].Trim())
            : throw Wrong(instruction, "it has no argument");
        return word.ToUpperInvariant() switch
        {
            "CMD" => image with { Command = [.. Words(instruction, rest)] },
            "ENTRYPOINT" => image with { Entrypoint = [.. Words(instruction, rest)] },
            "ENV" => image with { Environment = WithVariable(image, Pair(instruction, rest)) },
            "LABEL" => image with
            {
                Labels = image.Labels.SetItem(Pair(instruction, rest).Name, Pair(instruction, rest).Value),
            },
            "EXPOSE" => image with { ExposedPorts = [.. image.ExposedPorts, .. rest.Split(' ').Select(PortOf)] },
            "VOLUME" => image with { Volumes = [.. image.Volumes, .. VolumesOf(instruction, rest)] },
            "USER" => image with { User = rest },
            "WORKDIR" => image with { WorkingDirectory = rest },
            "STOPSIGNAL" => image with { StopSignal = rest },
            _ => throw Wrong(
                instruction,
                "only CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, STOPSIGNAL, USER, VOLUME and WORKDIR change an image"),
        };
    }

    private static string[] Words(string instruction, string rest) =>
        rest.StartsWith('[') ? JsonWords(instruction, rest) : ["/bin/sh", "-c", rest];

    private static string[] VolumesOf(string instruction, string rest) =>
        rest.StartsWith('[') ? JsonWords(instruction, rest) : rest.Split(' ');

    private static string[] JsonWords(string instruction, string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return [.. document.RootElement.EnumerateArray().Select(word => word.GetString() ?? "")];
        }
        catch (Exception cause) when (cause is JsonException or InvalidOperationException)
        {
            throw Wrong(instruction, "it is not a JSON list of strings");
        }
    }

    private static (string Name, string Value) Pair(string instruction, string rest) =>
        rest.IndexOf('=', StringComparison.Ordinal) is > 0 and var at
            ? (rest[..at], Unquote(rest[(at + 1)..]))
            : throw Wrong(instruction, "it is not of the form NAME=VALUE");

    private static IEnumerable<string> Others(ImageConfiguration image, string name) =>
        image.Environment.Where(entry => !entry.StartsWith(name + "=", StringComparison.Ordinal));

    private static ImmutableArray<string> WithVariable(
        ImageConfiguration image, (string Name, string Value) variable) =>
        [.. Others(image, variable.Name), $"{variable.Name}={variable.Value}"];

    private static string PortOf(string port) => port.Contains('/', StringComparison.Ordinal) ? port : port + "/tcp";

    private static string Unquote(string text) => text is ['"', .. var inner, '"'] ? inner : text;

    private static ApiException Wrong(string instruction, string why) =>
        new(StatusCodes.Status400BadRequest, $"change '{instruction}': {why}");
}
