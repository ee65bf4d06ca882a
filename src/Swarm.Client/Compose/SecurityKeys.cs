using System.Text.Json;
using System.Text.Json.Nodes;
using Swarm.Core.Containers;

namespace Swarm.Client.Compose;

/// <summary>The key <c>security_opt</c>.</summary>
internal static class SecurityKeys
{
    /// <summary>A profile goes with the specification, which has room for so much.</summary>
    private const int ProfileCharacters = 32 * 1024;

    private const string Unconfined = "unconfined";

    public static ServiceDraft Read(ServiceDraft draft, Field field)
    {
        foreach (var (text, item) in field.Texts())
        {
            // Both ways to write it are in use; the first one that comes separates.
            var at = text.IndexOfAny(['=', ':']);
            var (name, value) = at < 0 ? (text, "") : (text[..at], text[(at + 1)..]);
            draft = draft.With(container => (name, value) switch
            {
                ("no-new-privileges", "" or "true") => container with { NoNewPrivileges = true },
                ("no-new-privileges", "false") => container with { NoNewPrivileges = false },
                ("seccomp", "builtin") => container with { Seccomp = null },
                ("seccomp", Unconfined) => container with { Seccomp = Unconfined },
                ("seccomp", { Length: > 0 }) => container with { Seccomp = Profile(value, item, draft.Context) },
                ("apparmor", { Length: > 0 }) => container with { AppArmor = value },
                // Nothing is labelled.
                ("label", "disable") => container,
                ("systempaths", Unconfined) => container with { MaskedPaths = [], ReadOnlyPaths = [] },
                _ => Refused(container, item, text),
            });
        }

        return draft;
    }

    /// <summary>The text of a profile in Docker's format; the nodes do not have the file.</summary>
    private static string? Profile(string path, Field item, ComposeContext context)
    {
        try
        {
            var text = ComposeText.Read(Path.GetFullPath(path, context.Folder));
            var profile = JsonNode.Parse(text) as JsonObject;
            if (profile?["defaultAction"] is null)
                item.Refuse($"'{path}' is not a profile: it has no defaultAction");
            var whole = profile?.ToJsonString() ?? "";
            if (whole.Length > ProfileCharacters)
                item.Refuse($"'{path}' is larger than {ProfileCharacters} characters without its blanks");
            return whole;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException
            or ArgumentException or JsonException)
        {
            item.Refuse($"cannot read '{path}': {unreadable.Message}");
            return null;
        }
    }

    private static ContainerSpec Refused(ContainerSpec container, Field item, string text)
    {
        item.Refuse($"'{text}' is not supported: no-new-privileges, seccomp, apparmor, label:disable and "
            + "systempaths=unconfined are");
        return container;
    }
}
