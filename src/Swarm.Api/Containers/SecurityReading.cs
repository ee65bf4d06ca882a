using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;

namespace Swarm.Api.Containers;

/// <summary>What is said of a container by <c>SecurityOpt</c>.</summary>
/// <param name="Seccomp">Null: the usual filter.</param>
/// <param name="AppArmor">Empty: none.</param>
internal sealed record SecurityReading(bool NoNewPrivileges, string? Seccomp, string AppArmor)
{
    /// <exception cref="ApiException">An option that is not known, or not supported; named.</exception>
    public static SecurityReading Read(JsonFields host)
    {
        var read = new SecurityReading(false, null, "");
        foreach (var option in host.Words("SecurityOpt") ?? [])
        {
            // Both ways to write it are in use; the first one that comes separates.
            var at = option.IndexOfAny(['=', ':']);
            var (name, value) = at < 0 ? (option, "") : (option[..at], option[(at + 1)..]);
            read = (name, value) switch
            {
                ("no-new-privileges", "" or "true") => read with { NoNewPrivileges = true },
                ("no-new-privileges", "false") => read with { NoNewPrivileges = false },
                // The client sends the text of the file that it was given.
                ("seccomp", "builtin") => read with { Seccomp = null },
                ("seccomp", { Length: > 0 }) => read with { Seccomp = value },
                ("apparmor", { Length: > 0 }) => read with { AppArmor = value },
                // Nothing is labelled, as by a Docker that was not told to (--selinux-enabled).
                ("label", { Length: > 0 }) => read,
                ("systempaths", "unconfined") => read, // clients turn it into empty lists of paths
                ("writable-cgroups", _) => throw new ApiException(
                    StatusCodes.Status501NotImplemented,
                    $"the security option {option} is not supported by this version of Swarm"),
                _ => throw new ApiException(
                    StatusCodes.Status400BadRequest, $"invalid --security-opt: \"{option}\""),
            };
        }

        return read;
    }
}
