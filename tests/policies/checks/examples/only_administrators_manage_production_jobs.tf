resource "databricks_job" "scoring" {
  name = "credit-scoring"
  tags = { environment = "prod" }
}

resource "databricks_job" "trial" {
  name = "credit-scoring"
  tags = { environment = "dev" }
}

resource "databricks_permissions" "fail_engineers" {
  job_id = databricks_job.scoring.id
  access_control {
    group_name       = "ml-engineers"
    permission_level = "CAN_MANAGE"
  }
}

resource "databricks_permissions" "fail_person_owns" {
  job_id = databricks_job.scoring.id
  access_control {
    user_name        = "someone@example.com"
    permission_level = "IS_OWNER"
  }
}

resource "databricks_permissions" "fail_unmarked_counts_as_production" {
  job_id = "1020"
  access_control {
    group_name       = "analysts"
    permission_level = "CAN_MANAGE"
  }
}

resource "databricks_permissions" "unknown_group" {
  job_id = databricks_job.scoring.id
  access_control {
    group_name       = var.group
    permission_level = "CAN_MANAGE"
  }
}

resource "databricks_permissions" "pass_engineers_start" {
  job_id = databricks_job.scoring.id
  access_control {
    group_name       = "ml-engineers"
    permission_level = "CAN_MANAGE_RUN"
  }
  access_control {
    group_name       = "prod-owners"
    permission_level = "CAN_MANAGE"
  }
}

resource "databricks_permissions" "pass_dev" {
  job_id = databricks_job.trial.id
  access_control {
    group_name       = "ml-engineers"
    permission_level = "CAN_MANAGE"
  }
}

resource "databricks_permissions" "pass_service_principal" {
  job_id = databricks_job.scoring.id
  access_control {
    service_principal_name = var.deployer
    permission_level       = "IS_OWNER"
  }
}

resource "databricks_pipeline" "prod_silver" {
  name = "prod-silver"
}

resource "databricks_permissions" "fail_pipeline" {
  pipeline_id = databricks_pipeline.prod_silver.id
  access_control {
    group_name       = "ml-engineers"
    permission_level = "CAN_MANAGE"
  }
}

resource "databricks_permissions" "pass_pipeline" {
  pipeline_id = databricks_pipeline.prod_silver.id
  access_control {
    group_name       = "ml-engineers"
    permission_level = "CAN_RUN"
  }
}
