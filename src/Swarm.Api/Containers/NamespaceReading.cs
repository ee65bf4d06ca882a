using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Core;
using Swarm.Core.Containers;

namespace Swarm.Api.Containers;

/// <summary>Which namespaces a container shares with its host or with another container.</summary>
internal static class NamespaceReading
{
    private const string OfContainer = "container:";

    /// <summary>Clients before 1.40 that name no IPC mean one which others may share.</summary>
    public static void ShareWhereMeant(HttpContext context, JsonFields host)
    {
        if (ApiVersion.IsBefore(context, minor: 40) && host.Text("IpcMode").Length == 0)
            host.Node["IpcMode"] = "shareable";
    }

    /// <param name="find">The container of a name, an id, or the beginning of one.</param>
    /// <exception cref="ApiException">A mode that is not known, or a container that is not there.</exception>
    public static SharedNamespaces Read(JsonFields config, JsonFields host, Func<string, ContainerId> find)
    {
        var uts = Mode(host, "UTSMode", find);
        if (uts.Length > 0 && !config.IsDefault("Hostname"))
            throw Invalid("conflicting options: hostname and the UTS mode");
        var ipc = host.Text("IpcMode") switch
        {
            "private" => "",
            ("shareable" or "none") and var own => own,
            _ => Mode(host, "IpcMode", find),
        };
        // Other words than "host" are refused before.
        return new SharedNamespaces(Mode(host, "PidMode", find), ipc, uts, User: host.Text("UsernsMode"));
    }

    private static string Mode(JsonFields host, string name, Func<string, ContainerId> find)
    {
        var text = host.Text(name);
        if (text is "" or "host") return text;
        if (text.StartsWith(OfContainer, StringComparison.Ordinal) && text.Length > OfContainer.Length)
            return OfContainer + find(text[OfContainer.Length..]).Value;
        throw Invalid($"invalid {name[..3].ToUpperInvariant()} mode: {text}");
    }

    private static ApiException Invalid(string message) => new(StatusCodes.Status400BadRequest, message);
}
