using System.Text.RegularExpressions;
using Swarm.Core.Containers;

namespace Swarm.Runtime.Bundles;

/// <summary>What a container asks of its host, as far as it can be told before it is made.</summary>
internal static partial class HostSideCheck
{
    /// <summary>Annotations that tell crun what is the engine's to say: filters, hooks, programs of the host.</summary>
    private const string OfRuntime = "run.oci.";

    /// <exception cref="ContainerException">What cannot be, named.</exception>
    public static void Check(ContainerSpec spec)
    {
        if (spec.Cgroup.Parent is { Length: > 0 } parent
            && (!CgroupPath().IsMatch(parent) || parent.Split('/').Any(part => part is "." or "..")))
        {
            throw Invalid($"the cgroup parent {parent} is not as /mine");
        }

        if (spec.Annotations.Keys.FirstOrDefault(IsOfRuntime) is { } annotation)
            throw Invalid($"the annotation {annotation} is the engine's own");
        if (spec.Annotations.ContainsKey("")) throw Invalid("an annotation without a name");
        if (spec.Domainname.Length > 64 || spec.Domainname.Any(char.IsWhiteSpace))
            throw Invalid($"the domain name '{spec.Domainname}' is too long, or has blanks");
        if (spec is { Domainname.Length: > 0, Shared.Uts.Length: > 0 })
            throw Invalid("conflicting options: domain name and the UTS mode");
        if (spec.Log is { Driver: not ("json-file" or "local" or "journald" or "none") and var driver })
            throw Invalid($"there is no log driver {driver}");
    }

    /// <returns>The profile to apply; null for none.</returns>
    /// <exception cref="ContainerException">This host has no profiles.</exception>
    public static string? ProfileOf(ContainerSpec spec) => spec.AppArmor switch
    {
        "" or "unconfined" => null,
        var profile when HasAppArmor() => profile,
        var profile => throw Invalid(
            $"AppArmor is not supported on this host, but the profile '{profile}' was specified"),
    };

    private static bool HasAppArmor()
    {
        const string parameter = "/sys/module/apparmor/parameters/enabled";
        return File.Exists(parameter) && File.ReadAllText(parameter).StartsWith('Y');
    }

    private static bool IsOfRuntime(string name) => name.StartsWith(OfRuntime, StringComparison.Ordinal);

    private static ContainerException Invalid(string message) => new(ContainerFault.Invalid, message);

    [GeneratedRegex("^(/[a-zA-Z0-9_.-]{1,64}){1,16}$")]
    private static partial Regex CgroupPath();
}
