using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Swarm.Core.Containers;

namespace Swarm.Client.Compose;

/// <summary>Keys of a service that say what its containers get of their host, and share with it.</summary>
internal static partial class HostSideKeys
{
    public static IEnumerable<KeyValuePair<string, Func<ContainerSpec, Field, ContainerSpec>>> All { get; } =
        new Dictionary<string, Func<ContainerSpec, Field, ContainerSpec>>
        {
            ["ulimits"] = (container, field) => container with { Ulimits = UlimitKeys.Read(field) },
            ["devices"] = (container, field) => container with { Devices = DeviceKeys.Read(field) },
            ["device_cgroup_rules"] =
                (container, field) => Cgroup(container, cgroup => cgroup with { DeviceRules = DeviceRules(field) }),
            ["group_add"] = (container, field) => container with { Groups = Groups(field) },
            ["oom_score_adj"] =
                (container, field) => container with { OutOfMemoryScore = (int)(field.Number(-1000, 1000) ?? 0) },
            ["oom_kill_disable"] = (container, field) =>
                Cgroup(container, cgroup => cgroup with { WaitsForMemory = field.Flag() ?? false }),
            ["cgroup"] = (container, field) => Cgroup(
                container,
                cgroup => cgroup with { IsHostSeen = field.OneOf(("host", true), ("private", false)) ?? false }),
            ["cgroup_parent"] =
                (container, field) => Cgroup(container, cgroup => cgroup with { Parent = CgroupParent(field) }),
            ["pid"] = (container, field) => Share(container, shared => shared with { Pid = Word(field, "host") }),
            ["userns_mode"] =
                (container, field) => Share(container, shared => shared with { User = Word(field, "host") }),
            ["uts"] = (container, field) => Share(container, shared => shared with { Uts = Word(field, "host") }),
            ["ipc"] = (container, field) => Share(
                container, shared => shared with { Ipc = Word(field, "host", "private", "shareable", "none") }),
        };

    /// <summary>What several keys together tell.</summary>
    public static void Settle(ServiceDraft draft, Field service)
    {
        if (draft.Container is { Shared.Uts.Length: > 0 } container
            && (container.Hostname is not null || container.Domainname.Length > 0))
            service.Refuse("uts: host and a hostname or domainname exclude each other: the name is the host's");
    }

    private static ContainerSpec Cgroup(ContainerSpec container, Func<CgroupSettings, CgroupSettings> change) =>
        container with { Cgroup = change(container.Cgroup) };

    private static ContainerSpec Share(ContainerSpec container, Func<SharedNamespaces, SharedNamespaces> change) =>
        container with { Shared = change(container.Shared) };

    /// <remarks>Those of another service or container are refused: tasks are not placed beside each other.</remarks>
    private static string Word(Field field, params string[] known)
    {
        if (field.Text() is not { } text) return "";
        if (!known.Contains(text))
        {
            field.Refuse(text.StartsWith("service:", StringComparison.Ordinal)
                || text.StartsWith("container:", StringComparison.Ordinal)
                ? $"'{text}' is not supported: tasks of two services are not placed together on one host"
                : $"'{text}' is not one of {string.Join(", ", known)}");
        }

        return text == "private" ? "" : text;
    }

    private static ImmutableArray<string> DeviceRules(Field field)
    {
        var result = ImmutableArray.CreateBuilder<string>();
        foreach (var (text, item) in field.Texts())
        {
            if (DeviceRule().IsMatch(text)) result.Add(text);
            else item.Refuse($"'{text}' is not a rule for devices; write it as 'c 10:200 rwm'");
        }

        return result.ToImmutable();
    }

    private static ImmutableArray<string> Groups(Field field)
    {
        var result = ImmutableArray.CreateBuilder<string>();
        foreach (var (text, item) in field.Texts())
        {
            if (text.Length == 0 || text.Any(c => char.IsWhiteSpace(c) || c is ':' or ','))
                item.Refuse($"'{text}' is not a group");
            else result.Add(text);
        }

        return result.ToImmutable();
    }

    private static string CgroupParent(Field field)
    {
        if (field.Text() is not { } text) return "";
        var path = "/" + text.Trim('/');
        if (CgroupPath().IsMatch(path) && !path.Split('/').Any(part => part is "." or "..")) return path;
        field.Refuse($"'{text}' is not a cgroup; write it as /mine");
        return "";
    }

    [GeneratedRegex(@"^[acb] ([0-9]{1,9}|\*):([0-9]{1,9}|\*) [rwm]{1,3}\z")]
    private static partial Regex DeviceRule();

    [GeneratedRegex(@"^(/[a-zA-Z0-9_.-]{1,64}){1,16}\z")]
    private static partial Regex CgroupPath();
}
