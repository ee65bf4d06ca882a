using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Images.Registry;

namespace Swarm.Api.Images;

/// <summary>Credentials as clients send them with a request, for it alone.</summary>
internal static class RegistryHeader
{
    private const string Name = "X-Registry-Auth";

    /// <summary>Those of <c>X-Registry-Auth</c>; none where it is missing, empty or no such thing.</summary>
    public static RegistryCredentials Read(HttpRequest request)
    {
        var text = request.Headers[Name].ToString();
        if (text.Length == 0) return RegistryCredentials.None;
        try
        {
            var plain = text.Replace('-', '+').Replace('_', '/');
            var json = Encoding.UTF8.GetString(
                Convert.FromBase64String(plain.PadRight((plain.Length + 3) / 4 * 4, '=')));
            return JsonNode.Parse(json) is JsonObject fields ? Read(fields) : RegistryCredentials.None;
        }
        catch (Exception wrong) when (wrong is FormatException or JsonException or InvalidOperationException)
        {
            return RegistryCredentials.None;
        }
    }

    /// <exception cref="InvalidOperationException">A field is no text.</exception>
    public static RegistryCredentials Read(JsonObject fields)
    {
        var (user, password) = (Text(fields, "username"), Text(fields, "password"));
        if (user.Length == 0 && Text(fields, "auth") is { Length: > 0 } both)
        {
            var pair = Encoding.UTF8.GetString(Convert.FromBase64String(both)).Split(':', 2);
            (user, password) = (pair[0], pair.Length > 1 ? pair[1] : "");
        }

        // A name that stands for a token, as the command's own store writes it.
        return new RegistryCredentials(
            user == "<token>" ? "" : user, password, Text(fields, "identitytoken"), Text(fields, "registrytoken"));
    }

    public static string Text(JsonObject fields, string name) =>
        new JsonFields(fields).Find(name)?.GetValue<string>() ?? "";
}
