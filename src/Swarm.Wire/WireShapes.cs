using PolyType;
using Swarm.Core.Clients;
using Swarm.Core.Images;
using Swarm.Core.Nodes;
using Swarm.Core.Placement;
using Swarm.Core.Services;

namespace Swarm.Wire;

/// <summary>Carries the generated shapes of every type of the contract.</summary>
[GenerateShapeFor<DeployService>]
[GenerateShapeFor<ScaleService>]
[GenerateShapeFor<RemoveService>]
[GenerateShapeFor<GetService>]
[GenerateShapeFor<ServiceAccepted>]
[GenerateShapeFor<ServiceDetails>]
[GenerateShapeFor<RequestRefused>]
[GenerateShapeFor<GetServices>]
[GenerateShapeFor<ServiceList>]
[GenerateShapeFor<GetServiceLogs>]
[GenerateShapeFor<ServiceLogPage>]
[GenerateShapeFor<GetNodes>]
[GenerateShapeFor<NodeList>]
[GenerateShapeFor<GetNode>]
[GenerateShapeFor<NodeDetails>]
[GenerateShapeFor<UpdateNode>]
[GenerateShapeFor<NodeUpdated>]
[GenerateShapeFor<NameImage>]
[GenerateShapeFor<UnnameImage>]
[GenerateShapeFor<ImageNamed>]
[GenerateShapeFor<GetImage>]
[GenerateShapeFor<ImageMeaning>]
[GenerateShapeFor<ApplyServiceTasks>]
[GenerateShapeFor<TasksApplied>]
[GenerateShapeFor<ReportTasks>]
[GenerateShapeFor<TasksReportKept>]
[GenerateShapeFor<NodeReachabilityChanged>]
[GenerateShapeFor<ImageResolved>]
[GenerateShapeFor<PlaceTasks>]
[GenerateShapeFor<PlacementsMade>]
[GenerateShapeFor<NodeReport>]
[GenerateShapeFor<CapacityFreed>]
[GenerateShapeFor<GetNodeReport>]
[GenerateShapeFor<RegisterNode>]
[GenerateShapeFor<NodeRegistered>]
[GenerateShapeFor<GetTaskLogs>]
[GenerateShapeFor<TaskLogPage>]
[GenerateShapeFor<ServiceListing>]
[GenerateShapeFor<NodeListing>]
[GenerateShapeFor<ServiceEvent>]
[GenerateShapeFor<ServiceState>]
[GenerateShapeFor<NodeEvent>]
[GenerateShapeFor<NodeRecord>]
[GenerateShapeFor<ImageEvent>]
[GenerateShapeFor<ImageRepository>]
internal sealed partial class WireShapes;
