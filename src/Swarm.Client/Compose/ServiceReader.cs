using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Services;

namespace Swarm.Client.Compose;

/// <summary>Reads one service of the file.</summary>
internal static class ServiceReader
{
    /// <summary>As Docker calls it: by it nodes know that the service has its name in the file, too.</summary>
    private const string StackLabel = "com.docker.stack.namespace";

    private static readonly Dictionary<string, Func<ServiceDraft, Field, ServiceDraft>> Keys = AllKeys();

    public static ServiceSpec Read(string name, Field field, ComposeContext context)
    {
        var spec = new ServiceSpec
        {
            Name = new ServiceName($"{context.Stack}_{name}"),
            Stack = context.Stack,
            Container = new ContainerSpec { Image = "" },
        };
        var draft = field.Fold(new ServiceDraft(spec, context), Keys, Refusals.Service);
        var environment = field.Value is Yaml.YamlMap ? EnvironmentKeys.Read(field, context) : [];
        if (field.Value is Yaml.YamlMap && field.Entries().All(entry => entry.Key.Text is not "image"))
            field.Refuse("needs an image");
        draft = draft.With(container => container with
        {
            Environment = environment,
            Labels = container.Labels.SetItem(StackLabel, context.Stack),
        });
        HostSideKeys.Settle(draft, field);
        return DeployKeys.Settle(NetworkKeys.Settle(draft, field), field).Spec;
    }

    private static Dictionary<string, Func<ServiceDraft, Field, ServiceDraft>> AllKeys()
    {
        var keys = new Dictionary<string, Func<ServiceDraft, Field, ServiceDraft>>
        {
            ["deploy"] = DeployKeys.Read,
            ["x-swarm"] = SwarmKeys.Read,
            ["restart"] = RestartKey.Read,
            ["ports"] = PortKeys.Read,
            ["volumes"] = MountKeys.Volumes,
            ["tmpfs"] = MountKeys.Tmpfs,
            ["networks"] = NetworkKeys.Networks,
            ["network_mode"] = NetworkKeys.Mode,
            ["links"] = LinkKeys.Read,
            ["expose"] = PortKeys.Expose,
            ["security_opt"] = SecurityKeys.Read,
            ["blkio_config"] = (draft, field) => draft.With(container => BlockKeys.Read(container, field)),

            // Both are read together, once all of the service is known.
            ["environment"] = (draft, _) => draft,
            ["env_file"] = (draft, _) => draft,
        };
        foreach (var (key, read) in ContainerKeys.All.Concat(NameKeys.All).Concat(HostSideKeys.All))
        {
            keys.Add(key, (draft, field) => draft.With(container => read(container, field)));
        }

        foreach (var (key, read) in LimitKeys.All)
        {
            keys.Add(key, (draft, field) => draft.WithLimits(limits => read(limits, field)));
        }

        return keys;
    }
}
