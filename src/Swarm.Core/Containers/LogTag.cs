using System.Text.RegularExpressions;

namespace Swarm.Core.Containers;

/// <summary>The log option <c>tag</c>: a text in which <c>{{.Name}}</c> and its like stand for facts of the container.
/// </summary>
/// <remarks><see href="https://docs.docker.com/engine/logging/log_tags/"/>.</remarks>
public static partial class LogTag
{
    /// <summary>Whether it has no other fields than those that are known: <c>ID</c>, <c>FullID</c>, <c>Name</c>,
    /// <c>ImageName</c> and <c>DaemonName</c>.</summary>
    public static bool IsKnown(string template)
    {
        ArgumentNullException.ThrowIfNull(template);
        return !Field().Replace(template, field => Fact(field, new ContainerId("0"), "", "") is null ? "{{" : "")
            .Contains("{{", StringComparison.Ordinal);
    }

    /// <param name="template">It has been seen to be known.</param>
    /// <param name="image">As the container was asked to be of.</param>
    public static string Of(string template, ContainerId id, string name, string image)
    {
        ArgumentNullException.ThrowIfNull(template);
        return Field().Replace(template, field => Fact(field, id, name, image) ?? field.Value);
    }

    private static string? Fact(Match field, ContainerId id, string name, string image) => field.Groups[1].Value switch
    {
        "ID" => id.Short,
        "FullID" => id.Value,
        "Name" => name,
        "ImageName" => image,
        "DaemonName" => "swarm",
        _ => null,
    };

    [GeneratedRegex(@"\{\{\s*\.(\w+)\s*\}\}", RegexOptions.NonBacktracking)]
    private static partial Regex Field();
}
